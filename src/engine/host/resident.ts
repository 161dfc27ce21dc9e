import { elements, optimizerSlots, Problem, type Tensor, type Tensors } from '../../core/index.ts'
import type { Update } from '../engine.ts'
import { clipScale, normOf, type Slots, sumOfSquares, update } from '../update-loop.ts'

/** The values that stay beside the engine between runs. */
export interface Resident {
  /** The value of a parameter or state. Throws a `Problem` where there is none yet. */
  input(name: string): Tensor
  setState(input: string, value: Tensor): void
  /** How often parameters were updated. */
  updates(): number
  /**
   * Updates every parameter from its gradient, unless gradients are clipped to a norm and theirs is no finite number.
   *
   * @returns the norm of all gradients together, before clipping
   */
  learn(gradients: Tensors, rate: number): number
  /** The norm that `learn` would tell, without an update. */
  norm(gradients: Tensors): number
  read(names: readonly string[] | undefined): Tensors
  write(values: Tensors): void
}

/** @param names the inputs that are resident */
export function residentValues(names: readonly string[], initial: Tensors, rule: Update | undefined): Resident {
  const inputs = new Map<string, Tensor>()
  const slots = new Map<string, Record<string, Float32Array>>()
  let step = 0

  const slotsOf = (parameter: string, length: number): Slots => {
    const known = slots.get(parameter)
    if (known !== undefined) return known
    const made = Object.fromEntries(optimizerSlots(rule!.optimizer).map(name => [name, new Float32Array(length)]))
    slots.set(parameter, made)
    return made
  }

  const all = (): Map<string, Tensor> => {
    const values = new Map(inputs)
    if (rule === undefined) return values
    for (const parameter of Object.keys(rule.gradients)) {
      const { shape } = held(inputs, parameter)
      for (const [slot, data] of Object.entries(slotsOf(parameter, elements(shape)))) {
        values.set(`${parameter}/${slot}`, { dtype: 'float32', shape, data })
      }
    }
    return values.set('step', { dtype: 'float64', shape: [], data: Float64Array.of(step) })
  }

  const writeSlot = (name: string, value: Tensor): boolean => {
    const at = name.lastIndexOf('/')
    const parameter = name.slice(0, at)
    const slot = name.slice(at + 1)
    if (rule === undefined || !(parameter in rule.gradients) || !optimizerSlots(rule.optimizer).includes(slot))
      return false
    const { shape } = held(inputs, parameter)
    sameKind(name, value, { dtype: 'float32', shape })
    slots.set(parameter, { ...slotsOf(parameter, elements(shape)), [slot]: float32Data(name, value) })
    return true
  }

  const writeOne = (name: string, value: Tensor): void => {
    if (names.includes(name)) {
      const before = inputs.get(name)
      if (before !== undefined) sameKind(name, value, before)
      if (rule !== undefined && name in rule.gradients) float32Data(name, value)
      inputs.set(name, value)
    } else if (name === 'step' && rule !== undefined) {
      step = Number(value.data[0])
    } else if (!writeSlot(name, value)) {
      throw unknown('write', name, names)
    }
  }

  const write = (values: Tensors): void => {
    // Inputs first: the shape of a slot is that of its parameter.
    const order = Object.entries(values).sort(([a], [b]) => Number(names.includes(b)) - Number(names.includes(a)))
    for (const [name, value] of order) writeOne(name, value)
  }

  const slopesOf = (gradients: Tensors): readonly Float32Array[] =>
    Object.values(rule?.gradients ?? {}).map(from => float32Data(from, gradients[from]!))

  write(initial)
  return {
    input: name => held(inputs, name),
    setState: (input, value) => void inputs.set(input, value),
    updates: () => step,
    learn(gradients, rate) {
      if (rule === undefined) throw new Error('a rate was given to a program that has no update')
      const slopes = slopesOf(gradients)
      const norm = rule.clip === undefined ? 0 : normOf(slopes.map(sumOfSquares))
      if (!Number.isFinite(norm)) return norm
      step++
      const scale = rule.clip === undefined ? 1 : clipScale(rule.clip, norm)
      const squares = Object.keys(rule.gradients).map((name, i) => {
        const value = held(inputs, name)
        const parameter = float32Data(name, value)
        const slots = slotsOf(name, parameter.length)
        return update(rule.optimizer, { parameter, shape: value.shape, gradient: slopes[i]!, scale, slots, rate, step })
      })
      return normOf(squares)
    },
    norm: gradients => normOf(slopesOf(gradients).map(sumOfSquares)),
    read(wanted) {
      const values = all()
      const picked = wanted ?? [...values.keys()]
      return Object.fromEntries(picked.map(name => [name, copyOf(values, name)]))
    },
    write,
  }
}

function held(inputs: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = inputs.get(name)
  if (value === undefined) throw new Problem(`Cannot use resident input "${name}": it has no value yet, write it first`)
  return value
}

function copyOf(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name)
  if (value === undefined) throw unknown('read', name, [...values.keys()])
  return { ...value, data: value.data.slice() }
}

function float32Data(name: string, value: Tensor): Float32Array {
  if (value.data instanceof Float32Array) return value.data
  throw new Problem(`Cannot train "${name}": it is ${value.dtype}, parameters and gradients must be float32`)
}

export function sameKind(name: string, value: Tensor, wanted: Pick<Tensor, 'dtype' | 'shape'>): void {
  if (value.dtype === wanted.dtype && value.shape.join() === wanted.shape.join()) return
  throw new Problem(
    `Cannot write "${name}": it is ${value.dtype} [${value.shape.join(', ')}], ${wanted.dtype} [${wanted.shape.join(', ')}] is wanted`,
  )
}

export function unknown(action: string, name: string, known: readonly string[]): Problem {
  return new Problem(
    `Cannot ${action} "${name}": no resident value has this name, there are ${known.join(', ') || 'none'}`,
  )
}
