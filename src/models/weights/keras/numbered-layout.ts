import { BadWeights } from '../bad-weights.ts'
import type { Hdf5Object } from '../hdf5/hdf5.ts'
import { type KerasLayer, layersOf } from './keras-config.ts'
import { arrayTensor, type Found } from './tensor-list.ts'
import { numberedNames, snakeCase } from './variable-names.ts'

/** Groups that hold the layers of a model; the second is of TensorFlow 2.13. */
export const layerGroups: readonly string[] = ['layers', '_layer_checkpoint_dependencies']

/** What is no weight: the state of the training, and of generators of random numbers. */
const noLayers = new Set(['optimizer', 'seed_generator', '_metrics', '_loss_tracker', '_compile_metrics'])

const deepestGroup = 50

/**
 * The layout of Keras 3: groups are named after classes and counted (`layers/conv2d_1`), weights are numbers in them
 * (`vars/0`). A layer's own name is an attribute of `vars` in newer files; in older ones the model's description tells it,
 * and where there is none either, the group's name is all there is: `conv2d_1/kernel`.
 *
 * @param config the model's description: `config.json` of a `.keras` archive
 */
export function readNumbered(root: Hdf5Object, config: unknown): readonly Found[] {
  return readModel(root, layersOf(config), '', deepestGroup)
}

function readModel(group: Hdf5Object, layers: readonly KerasLayer[], model: string, depth: number): readonly Found[] {
  if (depth === 0) throw new BadWeights('its groups lead in circles')
  const described = byGroupName(layers)
  const own = readVariables(
    group,
    { path: [model === '' ? (nameIn(group) ?? 'model') : model], kind: '', model },
    undefined,
  )
  const found = group.names.flatMap(name => {
    const child = group.child(name)
    if (name === 'vars' || noLayers.has(name) || child === undefined || child.isArray) return []
    if (!layerGroups.includes(name)) return readLayer(child, name, undefined, model, depth)
    return child.names.flatMap(key => {
      const layer = child.child(key)
      return layer === undefined ? [] : readLayer(layer, key, described.get(key), model, depth)
    })
  })
  return [...own, ...found]
}

/** A layer, or a model that is one. */
function readLayer(
  group: Hdf5Object,
  key: string,
  layer: KerasLayer | undefined,
  model: string,
  depth: number,
): readonly Found[] {
  const name = nameIn(group) ?? layer?.name ?? key
  if (group.names.some(child => layerGroups.includes(child))) {
    return readModel(group, layer?.layers ?? [], name, depth - 1)
  }
  return readParts(group, { path: [name], kind: kindOf(key), model }, layer, depth)
}

interface Place {
  /** The layer, then its parts. */
  readonly path: readonly string[]
  readonly kind: string
  readonly model: string
}

/** A layer's own weights and those of its parts, such as the four dense layers of an attention. */
function readParts(group: Hdf5Object, place: Place, layer: KerasLayer | undefined, depth: number): readonly Found[] {
  if (depth === 0) throw new BadWeights('its groups lead in circles')
  const parts = group.names.flatMap(key => {
    const part = group.child(key)
    if (key === 'vars' || noLayers.has(key) || part === undefined || part.isArray) return []
    const path = [...place.path, nameIn(part) ?? key]
    return readParts(part, { ...place, path, kind: kindOfPart(key) }, undefined, depth - 1)
  })
  return [...readVariables(group, place, layer), ...parts]
}

function readVariables(group: Hdf5Object, place: Place, layer: KerasLayer | undefined): readonly Found[] {
  const variables = group.child('vars')
  if (variables === undefined || variables.isArray) return []
  const numbers = variables.names.filter(name => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b))
  const names = numberedNames(layer ? snakeCase(layer.className) : place.kind, numbers.length, layer?.config)
  return numbers.map((number, i) => {
    const name = [...place.path, names[i] ?? number].join('/')
    const array = variables.child(number)
    if (array === undefined) throw new BadWeights(`"${name}" in it is missing`)
    return { name, model: place.model, tensor: arrayTensor(array, name) }
  })
}

function nameIn(group: Hdf5Object): string | undefined {
  return group.child('vars')?.texts().get('name')?.[0]
}

/** `conv2d_12` is a conv2d. */
function kindOf(key: string): string {
  return key.replace(/_\d+$/, '')
}

/** Parts are named after what they are for: `query_dense`, `cell`, `forward_layer`. */
function kindOfPart(key: string): string {
  return key === 'cell' ? 'lstm_cell' : key.endsWith('_dense') ? 'einsum_dense' : kindOf(key)
}

/** Which layer of the description each group is: classes are counted in the order of the layers. */
function byGroupName(layers: readonly KerasLayer[]): ReadonlyMap<string, KerasLayer> {
  const counts = new Map<string, number>()
  const named = new Map<string, KerasLayer>()
  for (const layer of layers) {
    const kind = snakeCase(layer.className)
    const count = counts.get(kind) ?? 0
    counts.set(kind, count + 1)
    named.set(count === 0 ? kind : `${kind}_${count}`, layer)
  }
  return named
}
