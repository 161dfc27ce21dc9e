import type { Tensor } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import type { PickledModule } from '../weights.ts'
import { nameOf } from './name.ts'
import { plainValue } from './plain-value.ts'
import type { TensorMaker } from './tensor-data.ts'
import { Instance, StoredTensor, type Value } from './values.ts'

const deepestModule = 100
/** The largest networks have some thousand. */
const mostModules = 100_000

export function isModule(value: Value): value is Instance {
  return value instanceof Instance && dictionaryIn(value, '_modules') !== undefined
}

export interface ReadModule {
  readonly module: PickledModule
  /** Under the names that `state_dict()` gives. */
  readonly tensors: ReadonlyMap<string, Tensor>
}

/** A pickled module as `state_dict()` would give it: parameters, then buffers that are kept, then those of its children. */
export function readModule(root: Instance, maker: TensorMaker): ReadModule {
  const tensors = new Map<string, Tensor>()
  let count = 0
  const walk = (instance: Instance, prefix: string, depth: number): PickledModule => {
    if (depth === 0 || ++count > mostModules) throw new BadWeights('its modules lead in circles')
    const passing = member(instance, '_non_persistent_buffers_set')
    for (const kind of ['_parameters', '_buffers']) {
      for (const [name, value] of dictionaryIn(instance, kind) ?? []) {
        const isKept = !(passing instanceof Set && passing.has(name))
        const full = `${prefix}${nameOf(name)}`
        if (value instanceof StoredTensor && isKept) tensors.set(full, maker.tensor(value, full))
      }
    }
    const children = [...(dictionaryIn(instance, '_modules') ?? [])].flatMap(([name, child]) =>
      child instanceof Instance ? [[nameOf(name), walk(child, `${prefix}${nameOf(name)}.`, depth - 1)] as const] : [],
    )
    return {
      className: instance.className,
      attributes: attributesOf(instance),
      children: Object.fromEntries(children),
    }
  }
  return { module: walk(root, '', deepestModule), tensors }
}

/** What a module keeps beside its weights: `stride`, `eps`, `pathologies`, … */
function attributesOf(instance: Instance): Readonly<Record<string, unknown>> {
  const state = instance.state instanceof Map ? instance.state : new Map<Value, Value>()
  return Object.fromEntries(
    [...state].flatMap(([name, value]) => {
      const plain = typeof name === 'string' && !name.startsWith('_') ? plainValue(value) : undefined
      return plain === undefined ? [] : [[name as string, plain]]
    }),
  )
}

function member(instance: Instance, name: string): Value | undefined {
  return instance.state instanceof Map ? instance.state.get(name) : undefined
}

function dictionaryIn(instance: Instance, name: string): Map<Value, Value> | undefined {
  const value = member(instance, name)
  return value instanceof Map ? value : undefined
}
