import { elements, float32, Problem, type Tensor, type Tensors } from '../../core/index.ts'
import type { Value } from '../../graph/index.ts'
import { sameKind, unknown } from '../host/resident.ts'
import type { Counter } from './counter.ts'
import { transfer } from './transfer.ts'
import type { DeviceTensor } from './webgpu-session.ts'

/** Values that stay on the device between runs: parameters, the optimizer's slots, state. */
export interface DeviceState {
  /** The values of some inputs. What was written since the last run is copied to the device now. */
  there(names: readonly string[]): Promise<Readonly<Record<string, DeviceTensor>>>
  /** Takes what a run gave as the new value of an input, and frees the former one. */
  replace(input: string, value: DeviceTensor): void
  /** How often parameters were updated. */
  updates(): number
  countUpdate(): void
  read(names: readonly string[] | undefined): Promise<Tensors>
  write(values: Tensors): void
  release(): Promise<void>
}

export interface StateOptions {
  /** The inputs that stay. */
  readonly inputs: readonly Value[]
  /** Those of them that are zero until told. */
  readonly slots: readonly string[]
  /** Whether there are parameters that learn, and so a count of updates. */
  readonly learns: boolean
  readonly initial: Tensors
  readonly counter: Counter
}

export function deviceState({ inputs, slots, learns, initial, counter }: StateOptions): DeviceState {
  const names = inputs.map(({ name }) => name)
  const waiting = new Map<string, Tensor>()
  const held = new Map<string, DeviceTensor>()
  const copier = transfer()
  let step = 0

  const upload = async (name: string): Promise<DeviceTensor> => {
    const known = held.get(name)
    if (known !== undefined) return known
    const value = waiting.get(name)
    if (value === undefined)
      throw new Problem(`Cannot use resident input "${name}": it has no value yet, write it first`)
    counter.count([value])
    const made = await copier.upload(value)
    waiting.delete(name)
    held.set(name, made)
    return made
  }
  const free = (name: string): void => {
    held.get(name)?.dispose()
    held.delete(name)
  }
  const shapeOf = (name: string): readonly number[] | undefined => held.get(name)?.dims ?? waiting.get(name)?.shape

  const write = (values: Tensors): void => {
    for (const [name, value] of Object.entries(values)) {
      if (name === 'step' && learns) {
        step = Number(value.data[0])
        continue
      }
      if (!names.includes(name)) throw unknown('write', name, names)
      sameKind(name, value, { dtype: 'float32', shape: shapeOf(name) ?? value.shape })
      free(name)
      waiting.set(name, value)
    }
  }

  const readOne = async (name: string): Promise<Tensor> => {
    if (name === 'step' && learns) return { dtype: 'float64', shape: [], data: Float64Array.of(step) }
    if (!names.includes(name)) throw unknown('read', name, [...names, ...(learns ? ['step'] : [])])
    const value = waiting.get(name)
    if (value !== undefined) return { ...value, data: value.data.slice() }
    const copy = await copier.download(await upload(name))
    counter.count([copy])
    return copy
  }

  for (const { name, shape } of inputs.filter(input => slots.includes(input.name))) {
    const sizes = shape.map(Number)
    waiting.set(name, float32(sizes, new Float32Array(elements(sizes))))
  }
  write(initial)
  return {
    async there(wanted) {
      const values: Record<string, DeviceTensor> = {}
      for (const name of wanted) values[name] = await upload(name)
      return values
    },
    replace(input, value) {
      free(input)
      held.set(input, value)
    },
    updates: () => step,
    countUpdate: () => void step++,
    async read(wanted) {
      const values: Record<string, Tensor> = {}
      for (const name of wanted ?? [...names, ...(learns ? ['step'] : [])]) values[name] = await readOne(name)
      return values
    },
    write,
    async release() {
      for (const name of [...held.keys()]) free(name)
      await copier.release()
    },
  }
}
