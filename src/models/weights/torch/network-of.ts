import { BadWeights } from '../bad-weights.ts'
import type { Weights } from '../weights.ts'
import { isModule, readModule } from './module.ts'
import { nameOf } from './name.ts'
import type { TensorMaker } from './tensor-data.ts'
import { StoredTensor, type Value } from './values.ts'

/** Where checkpoints keep the weights among other things, in the order in which they are looked for. */
const usualKeys = ['state_dict', 'model_state_dict', 'model', 'module', 'net', 'network', 'weights', 'params']

/** The weights in what was saved: a state dict, a whole module, or a checkpoint that holds one of them. */
export function networkOf(saved: Value, maker: TensorMaker): Weights {
  const network = isNetwork(saved) ? saved : withinCheckpoint(saved)
  if (isModule(network)) {
    const { module, tensors } = readModule(network, maker)
    return { format: 'pytorch', tensors: Object.fromEntries(tensors), about: { module } }
  }
  const entries = [...(network as Map<Value, Value>)].flatMap(([name, value]) =>
    value instanceof StoredTensor ? [[nameOf(name), maker.tensor(value, nameOf(name))] as const] : [],
  )
  return { format: 'pytorch', tensors: Object.fromEntries(entries), about: {} }
}

function withinCheckpoint(saved: Value): Value {
  const members = saved instanceof Map ? saved : new Map<Value, Value>()
  for (const key of usualKeys) {
    const value = members.get(key)
    if (value !== undefined && isNetwork(value)) return value
  }
  const [only, ...others] = [...members].filter(([, value]) => isNetwork(value))
  if (only !== undefined && others.length === 0) return only[1]
  if (only === undefined) throw new BadWeights('it holds no weights: neither a state dict nor a module is in it')
  const names = [only, ...others].map(([name]) => `"${nameOf(name)}"`)
  throw new BadWeights(`it holds several sets of weights: ${names.join(', ')}`, {
    next: 'save one of them alone with torch.save',
  })
}

function isNetwork(value: Value): boolean {
  if (isModule(value)) return true
  return value instanceof Map && [...value.values()].some(member => member instanceof StoredTensor)
}
