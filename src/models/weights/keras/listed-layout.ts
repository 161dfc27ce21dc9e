import { BadWeights } from '../bad-weights.ts'
import type { TextAttributes } from '../hdf5/attributes.ts'
import type { Hdf5Object } from '../hdf5/hdf5.ts'
import { type KerasLayer, layersOf } from './keras-config.ts'
import { arrayTensor, type Found } from './tensor-list.ts'
import { variableName } from './variable-names.ts'

export const layerList = 'layer_names'

/**
 * The layout of Keras 1 and 2, which Keras 3 still writes for `.h5`: a list of layers at the top, in each layer's group a list
 * of its weights, and below it the arrays under those names. A model within the model is one layer of the list; its own layers
 * are in the names of its weights.
 *
 * @param config the model's description, which tells layers from models
 */
export function readListed(group: Hdf5Object, config: unknown): readonly Found[] {
  const leaves = leafNames(layersOf(config))
  const texts = group.texts()
  return readList(texts, layerList).flatMap(layer => {
    const layerGroup = group.child(layer)
    if (layerGroup === undefined) throw new BadWeights(`it lists the layer "${layer}", which is missing`)
    return readList(layerGroup.texts(), 'weight_names').map(path => {
      const { name, model } = nameOf(layer, path, leaves)
      return { name, model, tensor: arrayTensor(descend(layerGroup, path), `${layer}/${path}`) }
    })
  })
}

/** A list that is too long for one attribute goes on in others: `weight_names0`, `weight_names1`, … */
export function readList(texts: TextAttributes, name: string): readonly string[] {
  const whole = texts.get(name)
  if (whole !== undefined) return whole
  const parts: string[] = []
  for (let i = 0; ; i++) {
    const part = texts.get(`${name}${i}`)
    if (part === undefined) return parts
    parts.push(...part)
  }
}

/** Weights lie in groups that their names make: `block1_conv1/kernel:0` is an array in a group "block1_conv1". */
function descend(group: Hdf5Object, path: string): Hdf5Object {
  let at: Hdf5Object | undefined = group
  for (const part of path.split('/')) at = at?.child(part)
  if (at === undefined) throw new BadWeights(`it lists the weight "${path}", which is missing`)
  return at
}

function leafNames(layers: readonly KerasLayer[]): ReadonlySet<string> {
  const names = layers.flatMap(layer => (layer.layers ? [...leafNames(layer.layers)] : [layer.name]))
  return new Set(names)
}

/**
 * `LAYER/VARIABLE` of a weight. Names begin with what made the weight: nothing, the layer, or the models around it; parts of
 * a layer stay in front of the variable (`lstm/lstm_cell/kernel`).
 *
 * @param leaves the layers that are no models, where the file describes them
 */
function nameOf(layer: string, path: string, leaves: ReadonlySet<string>): { name: string; model: string } {
  const parts = path.split('/')
  const last = parts.pop() ?? ''
  const known = parts.findIndex(part => leaves.has(part))
  const listed = parts.lastIndexOf(layer)
  const first = leaves.has(layer) ? listed : known >= 0 ? known : Math.max(0, listed)
  const owner = leaves.has(layer) ? layer : (parts[first] ?? layer)
  const inside = parts.slice(first + 1)
  return {
    name: [owner, ...inside, variableName(last, owner)].join('/'),
    model: owner === layer ? '' : layer,
  }
}
