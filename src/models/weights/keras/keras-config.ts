import { isJsonObject, type JsonObject, Problem } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { checkJson } from '../json-check.ts'

/** A layer as the description of a model names it. */
export interface KerasLayer {
  readonly name: string
  readonly className: string
  readonly config: JsonObject
  /** Of a model within a model. */
  readonly layers?: readonly KerasLayer[]
}

const deepestModel = 50
/** The description of the largest published network has less than a megabyte. */
const longest = 1 << 24
const limits = { depth: 300, keys: 1_000_000 }

export function parseKerasConfig(text: string): unknown {
  if (text.length > longest) throw new BadWeights('the description of its model is far too long')
  checkJson(text, limits)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BadWeights('the description of its model is no JSON', { cause })
  }
}

/**
 * A description that is a file of its own: what `model.to_json()` gives.
 * @param subject what the file is called in errors
 * @throws Problem when it is no JSON, or deeper or longer than any description
 */
export function readKerasDescription(bytes: Uint8Array, subject: string): unknown {
  try {
    return parseKerasConfig(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof BadWeights)) throw error
    throw new Problem(`Cannot read the Keras model "${subject}": ${error.message}`, { cause: error })
  }
}

/**
 * The layers of a model, models within it included. Three forms are in use: `{ class_name, config: { name, layers } }`, the same
 * with the list itself as `config` (Sequential before Keras 2.2.3), and entries with their name outside `config`.
 */
export function layersOf(model: unknown, depth = 0): readonly KerasLayer[] {
  if (depth > deepestModel || !isJsonObject(model)) return []
  const config = model['config']
  const list = Array.isArray(config) ? config : isJsonObject(config) ? config['layers'] : undefined
  if (!Array.isArray(list)) return []
  return list.filter(isJsonObject).map(entry => {
    const inner = isJsonObject(entry['config']) ? entry['config'] : {}
    const hasLayers = Array.isArray(entry['config']) || Array.isArray(inner['layers'])
    return {
      name: String(inner['name'] ?? entry['name'] ?? ''),
      className: String(entry['class_name'] ?? ''),
      config: inner,
      ...(hasLayers && { layers: layersOf(entry, depth + 1) }),
    }
  })
}
