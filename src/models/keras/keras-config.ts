import { isJsonObject, type JsonObject, Problem } from '../../core/index.ts'

/** What one call of a layer reads: which call of which layer, and which of its outputs. */
export interface Reference {
  readonly layer: string
  readonly call: number
  readonly output: number
}

export interface KerasLayer {
  readonly name: string
  /** `Conv2D`. */
  readonly className: string
  readonly config: JsonObject
  /** What each call of the layer reads; a layer may be shared. */
  readonly calls: readonly (readonly Reference[])[]
  /** Of a model within a model. */
  readonly model?: KerasModel
}

/** A model's description, whether it was written as a list of layers or as a graph of them. */
export interface KerasModel {
  readonly layers: ReadonlyMap<string, KerasLayer>
  /** Names of its input layers. */
  readonly inputs: readonly string[]
  readonly outputs: readonly Reference[]
}

const deepestModel = 20

/**
 * Reads what `model.to_json()` writes, in Keras 2 and 3.
 * @param subject what the file is called in errors
 * @throws Problem when it describes no model
 */
export function parseKerasModel(value: unknown, subject: string, depth = 0): KerasModel {
  const config = isJsonObject(value) ? value['config'] : undefined
  const className = isJsonObject(value) ? value['class_name'] : undefined
  const list = Array.isArray(config) ? config : isJsonObject(config) ? config['layers'] : undefined
  if (typeof className !== 'string' || !Array.isArray(list) || depth > deepestModel) {
    throw new Problem(
      `Cannot read the Keras model "${subject}": it describes no layers, wanted what model.to_json() writes`,
      {
        next: 'in Python: open("my_model.json", "w").write(model.to_json())',
      },
    )
  }
  const layers = list.filter(isJsonObject).map(entry => layerOf(entry, subject, depth))
  if (className === 'Sequential') return sequential(layers)
  const graph = isJsonObject(config) ? config : {}
  return {
    layers: new Map(layers.map(layer => [layer.name, layer])),
    inputs: ends(graph['input_layers']).map(({ layer }) => layer),
    outputs: ends(graph['output_layers']),
  }
}

function layerOf(entry: JsonObject, subject: string, depth: number): KerasLayer {
  const className = String(entry['class_name'])
  const inner = entry['config']
  const config = isJsonObject(inner) ? inner : {}
  const isModel = Array.isArray(inner) || Array.isArray(config['layers'])
  const calls = Array.isArray(entry['inbound_nodes']) ? entry['inbound_nodes'] : []
  return {
    name: String(entry['name'] ?? config['name'] ?? className),
    className,
    config,
    calls: calls.map(callOf),
    ...(isModel && { model: parseKerasModel(entry, subject, depth + 1) }),
  }
}

/** A list of layers as a graph: each reads the one before it. */
function sequential(list: readonly KerasLayer[]): KerasModel {
  const [first] = list
  const layers = first?.className === 'InputLayer' ? list : [inputFor(first), ...list]
  const chained = layers.map((layer, i) => {
    const before = layers[i - 1]
    return before === undefined ? layer : { ...layer, calls: [[to(before.name)]] }
  })
  return {
    layers: new Map(chained.map(layer => [layer.name, layer])),
    inputs: [layers[0]?.name ?? ''],
    outputs: [to(layers.at(-1)?.name ?? '')],
  }
}

const to = (layer: string): Reference => ({ layer, call: 0, output: 0 })

/** Older lists have no input layer: their first layer, or the input of the model that stands first, says the shape. */
function inputFor(first: KerasLayer | undefined): KerasLayer {
  const inner = first?.model?.layers.get(first.model.inputs[0] ?? '')?.config
  const config = inner ?? { batch_shape: first === undefined ? undefined : inputShape(first.config) }
  return { name: 'list_input', className: 'InputLayer', config, calls: [] }
}

/** The shape that a layer states for its input, [batch, height, width, channels]: versions differ in the name. */
export function inputShape(config: JsonObject): readonly unknown[] | undefined {
  const built = config['build_config']
  const found =
    config['batch_shape'] ?? config['batch_input_shape'] ?? (isJsonObject(built) ? built['input_shape'] : undefined)
  return Array.isArray(found) ? found : undefined
}

/** Keras 2: `[["conv", 0, 0, {}], …]`. Keras 3: tensors anywhere in `args`. */
function callOf(node: unknown): readonly Reference[] {
  if (Array.isArray(node)) return node.flatMap(references)
  return isJsonObject(node) ? tensorsIn(node['args']) : []
}

function tensorsIn(value: unknown): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn)
  if (!isJsonObject(value) || value['class_name'] !== '__keras_tensor__') return []
  return isJsonObject(value['config']) ? references(value['config']['keras_history']) : []
}

function references(entry: unknown): readonly Reference[] {
  if (!Array.isArray(entry)) return []
  const [layer, call, output] = entry
  return typeof layer === 'string' && typeof call === 'number' && typeof output === 'number'
    ? [{ layer, call, output }]
    : entry.flatMap(references)
}

/** Keras 2 lists every end; Keras 3 writes a single one without the list around it. */
function ends(value: unknown): readonly Reference[] {
  return references(value)
}
