import { Problem } from '../core/index.ts'
import { type Dimension, type Graph, ints, type Node, renameValues, type Value } from '../graph/index.ts'
import { type Contract, contract } from '../imaging/index.ts'
import { imageInput, logitsOutput } from './network.ts'
import type { OnnxSpec } from './specs.ts'

/** A graph whose one input is `image` [N, C, S, S], and how films become that. */
export interface ImageGraph {
  readonly graph: Graph
  readonly contract: Contract
}

/**
 * Finds the image input of a file and gives it our name, an open batch and the contract's size. Where the file wants
 * channels last, a Transpose is put before it.
 */
export function openImage(file: Graph, spec: OnnxSpec): ImageGraph {
  const input = theImage(file, spec.path)
  const layout = layoutOf(input)
  const made = contractOf(layout, spec)
  const { channels, size } = made
  const shape = ['N', channels, size, size]
  const { values: _statedForOtherSizes, ...graph } = renameValues(file, ourNames(file, input, layout.channelsLast))
  const image: Value = { name: imageInput, dtype: 'float32', shape }
  if (!layout.channelsLast) return { graph: { ...graph, inputs: [image] }, contract: made }
  const [renamed] = graph.inputs
  const transposed: Node = {
    op: 'Transpose',
    inputs: [imageInput],
    outputs: [renamed?.name ?? input.name],
    attributes: { perm: ints([0, 2, 3, 1]) },
  }
  return { graph: { ...graph, inputs: [image], nodes: [transposed, ...graph.nodes] }, contract: made }
}

function theImage(file: Graph, path: string): Value {
  const [image, ...others] = file.inputs
  if (image === undefined || others.length > 0 || image.shape.length !== 4) {
    const found = file.inputs.map(({ name, shape }) => `"${name}" [${shape.join(', ')}]`).join(' and ') || 'none'
    throw new Problem(`Cannot use the backbone "${path}": its inputs are ${found}, one image [N, C, H, W] was wanted`)
  }
  if (image.dtype === 'float32') return image
  throw new Problem(
    `Cannot use the backbone "${path}": its input "${image.name}" is ${image.dtype}, float32 was wanted`,
  )
}

interface Layout {
  readonly channelsLast: boolean
  readonly channels: Dimension
  readonly height: Dimension
  readonly width: Dimension
}

const isChannels = (size: Dimension): size is 1 | 3 => size === 1 || size === 3

function layoutOf({ shape }: Value): Layout {
  const [, a = '?', b = '?', c = '?'] = shape
  return isChannels(c) && !isChannels(a)
    ? { channelsLast: true, channels: c, height: a, width: b }
    : { channelsLast: false, channels: a, height: b, width: c }
}

/** Size and channels are what the file says, unless the configuration says otherwise. */
function contractOf({ channels, height, width }: Layout, spec: OnnxSpec): Contract {
  const stated = spec.contract?.size
  if (stated === undefined && typeof height === 'number' && typeof width === 'number' && height !== width) {
    throw new Problem(
      `Cannot use the backbone "${spec.path}": its input is ${height} × ${width}, a square was wanted`,
      { next: 'set contract: { size } of the backbone, if the network takes other sizes' },
    )
  }
  const made = contract({
    ...(isChannels(channels) && { channels }),
    ...(typeof height === 'number' && { size: height }),
    ...spec.contract,
  })
  if (typeof channels === 'number' && channels !== made.channels) {
    throw new Problem(
      `Cannot use the backbone "${spec.path}": its input has ${channels} channels, the contract gives ${made.channels}`,
    )
  }
  return made
}

/** Other values that have one of our names step aside. */
function ourNames(file: Graph, input: Value, keepInput: boolean): Record<string, string> {
  const names: Record<string, string> = {}
  const taken = new Set([...file.nodes.flatMap(node => node.outputs), ...Object.keys(file.weights), input.name])
  for (const name of [imageInput, logitsOutput]) if (taken.has(name)) names[name] = `file/${name}`
  if (!keepInput) names[input.name] = imageInput
  return names
}
