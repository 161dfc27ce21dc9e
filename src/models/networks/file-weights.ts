import { float32, floats, nearest, Problem, type Tensor } from '../../core/index.ts'
import { zeros } from '../initial-weights.ts'
import type { Weights } from '../weights/weights.ts'
import { type Library, type NetworkDefinition, suffixes } from './definition.ts'
import type { LayerWeights, Role } from './layers.ts'
import { permuted } from './permuted.ts'

/** A file of weights, and the network whose numbers it should hold. */
export interface WeightsFile {
  readonly weights: Weights
  /** What the file is called in errors. */
  readonly subject: string
  /** What the network is called in the configuration. */
  readonly network: string
}

/** A library's file: which one it is, and what stands before its names (`module.`). */
export interface Recognised {
  readonly library: Library
  readonly prefix: string
}

/** Numbers that are read from a file as they are asked for. */
export interface FileWeights extends LayerWeights {
  /** @throws Problem that names what the file lacks, what has another shape, and what it holds beside the network */
  finish(): void
}

/** Parts behind the features, which no backbone needs. */
const behind =
  /^(classifier|fc\d?|pre_logits|head|predictions|probs|conv_preds|conv_head|logits|last_linear|Logits|top)\b/

/**
 * Finds out whose file it is by the name of the first convolution and its channels.
 * @throws Problem when no library's names are found
 */
export function recognise(file: WeightsFile, definition: NetworkDefinition): Recognised {
  const { tensors, format } = file.weights
  const keys = Object.keys(tensors)
  const layout = format === 'keras' ? 'keras' : 'torch'
  const found = definition.libraries
    .filter(library => library.layout === layout)
    .flatMap(library => {
      const ends = keysOf(library, definition.stem, 'weight')
      const key = keys
        .filter(name => ends.some(end => isBehindPrefix(name, end)))
        .sort((a, b) => a.length - b.length)[0]
      const end = ends.find(each => key?.endsWith(each) === true)
      return key === undefined || end === undefined ? [] : [{ library, key, prefix: key.slice(0, -end.length) }]
    })
  const channels = layout === 'keras' ? 2 : 1
  const exact = found.find(({ library, key }) => tensors[key]?.shape[channels] === (library.channels ?? 3))
  const chosen = exact ?? found[0]
  if (chosen !== undefined) return chosen
  const wanted = definition.libraries.map(
    library => `"${keysOf(library, definition.stem, 'weight')[0]}" (${library.name})`,
  )
  const holds = keys.slice(0, 3).map(key => `"${key}"`)
  throw new Problem(
    `Cannot put the weights "${file.subject}" into the network "${file.network}": they are named otherwise, ${
      holds.length === 0 ? 'it holds no tensors' : `it begins with ${holds.join(', ')}`
    }, wanted ${wanted.join(' or ')}`,
    { next: 'check "network" in chestnut.config.ts, or export the network as ONNX and use onnx({ path })' },
  )
}

function isBehindPrefix(name: string, end: string): boolean {
  return name === end || name.endsWith(`.${end}`) || name.endsWith(`/${end}`)
}

function keysOf(library: Library, layer: string, role: Role): readonly string[] {
  const joint = library.layout === 'keras' ? '/' : '.'
  return library.names(layer).flatMap(name => suffixes[library.layout][role].map(suffix => `${name}${joint}${suffix}`))
}

/** @param stem where to take a first convolution of three channels as one of a single channel, exactly as for grey films */
export function fileWeights(file: WeightsFile, { library, prefix }: Recognised, stem: string): FileWeights {
  const { tensors } = file.weights
  const read = new Set<string>()
  const missing: string[] = []
  const misshapen: string[] = []

  const take = (layer: string, role: Role, shape: readonly number[]): Tensor | undefined => {
    const keys = keysOf(library, layer, role).map(key => `${prefix}${key}`)
    const key = keys.find(name => Object.hasOwn(tensors, name))
    const found = key === undefined ? undefined : tensors[key]
    if (key === undefined || found === undefined) {
      missing.push(`"${keys[0]}" ${sizes(inLayout(library, shape))}`)
      return undefined
    }
    read.add(key)
    const ours = inOurLayout(library, role, found, shape)
    const grey = layer === stem && role === 'weight' && shape[1] === 1 ? summedChannels(ours) : ours
    if (grey.shape.length === shape.length && grey.shape.every((size, axis) => size === shape[axis])) return grey
    misshapen.push(`"${key}" is ${sizes(found.shape)}, ${sizes(inLayout(library, shape))} was wanted`)
    return undefined
  }

  return {
    of: (layer, role, shape) => take(layer, role, shape) ?? zeros(shape),
    finish: () => {
      const surplus = Object.entries(tensors)
        .filter(([key, { shape }]) => shape.length === 4 && !read.has(key) && !behind.test(key.slice(prefix.length)))
        .map(([key]) => key)
      const first = misshapen[0] ?? (missing[0] === undefined ? undefined : lacking(missing[0], surplus))
      const more = misshapen.length + missing.length - 1
      const fault =
        first !== undefined
          ? `${first}${more > 0 ? ` (and ${more} more)` : ''}`
          : surplus.length > 0
            ? `it holds "${surplus[0]}" too${surplus.length > 1 ? ` (and ${surplus.length - 1} more)` : ''}, which this network does not have`
            : undefined
      if (fault === undefined) return
      throw new Problem(
        `Cannot put the weights "${file.subject}" into the network "${file.network}": read as those of ${library.name}, ${fault}`,
        { next: 'set "network" in chestnut.config.ts to the one whose weights these are' },
      )
    },
  }
}

function lacking(missing: string, surplus: readonly string[]): string {
  const near = nearest(missing.split('"')[1] ?? '', surplus)
  return `it lacks ${missing}${near === undefined ? '' : `, the nearest that it holds is "${near}"`}`
}

const sizes = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** A shape of ours as the library's files have it. */
function inLayout(library: Library, shape: readonly number[]): readonly number[] {
  const [filters, channels, height, width] = shape
  if (library.layout === 'torch' || width === undefined) return shape
  return [height!, width, channels!, filters!]
}

/** Keras' [k, k, in, out] to [out, in, k, k]; a depthwise [k, k, in, 1] to [in, 1, k, k]. */
function inOurLayout(library: Library, role: Role, tensor: Tensor, wanted: readonly number[]): Tensor {
  if (library.layout === 'torch' || role !== 'weight' || tensor.shape.length !== 4) return tensor
  const [, , channels, filters] = tensor.shape
  const depthwise = wanted[1] === 1 && filters === 1 && channels !== 1
  return permuted(tensor, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1])
}

/** What a convolution over equal channels does to one of them: its weights added up. */
function summedChannels(weight: Tensor): Tensor {
  const [filters = 0, channels = 1, height = 1, width = 1] = weight.shape
  if (channels === 1) return weight
  const area = height * width
  const from = floats(weight)
  const sums = new Float32Array(filters * area)
  for (let i = 0; i < sums.length; i++) {
    const start = Math.floor(i / area) * channels * area + (i % area)
    let sum = 0
    for (let c = 0; c < channels; c++) sum += from[start + c * area]!
    sums[i] = sum
  }
  return float32([filters, 1, height, width], sums)
}
