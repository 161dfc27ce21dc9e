import { int64, nearest, Problem, type Tensor } from '../../core/index.ts'
import {
  type Builder,
  build,
  foldBatchNormalization,
  type Graph,
  inferShapes,
  int,
  withOutputs,
} from '../../graph/index.ts'
import { imageInput, logitsOutput } from '../network.ts'
import type { Weights } from '../weights/weights.ts'
import { inputShape, type KerasLayer, type KerasModel, type Reference } from './keras-config.ts'
import { layerWriters } from './keras-layers.ts'
import { type KerasCall, type KerasValue, listed } from './keras-value.ts'

export interface KerasSource {
  readonly model: KerasModel
  readonly weights: Weights
  /** What the files are called in errors. */
  readonly subject: string
  /** Side of the image where the model leaves it open. */
  readonly size?: number | undefined
}

/** A Keras classifier as a graph: image [N, C, S, S] → logits [N, K]. */
export interface KerasGraph {
  readonly graph: Graph
  readonly size: number
  readonly channels: 1 | 3
  readonly classes: number
  /** The last value [N, C, h, w] that still has places. */
  readonly explain: string
}

/**
 * Writes a Keras model as a graph, for inference. Its last sigmoid is taken away: a classifier wants logits.
 * @throws Problem that names a layer that is not known, or whose numbers the file lacks
 */
export function kerasGraph(source: KerasSource): KerasGraph {
  const { model, subject } = source
  const [input, ...others] = model.inputs
  if (input === undefined || others.length > 0 || model.outputs.length !== 1) {
    throw cannot(
      source,
      `it has ${model.inputs.length} inputs and ${model.outputs.length} outputs, one of each was wanted`,
    )
  }
  const { size, channels } = imageOf(source, model.layers.get(input))
  const builder = build(subject)
  const image = builder.input({ name: imageInput, dtype: 'float32', shape: ['N', channels, size, size] })
  const [output] = outputsOf({ source, builder, weights: new Set(), within: '' }, model, [{ name: image }])
  if (output === undefined) throw cannot(source, 'it has no output')
  builder.output(listed(builder, output))
  const graph = foldBatchNormalization(withLogits(source, builder.finish()))
  return {
    graph,
    size,
    channels,
    classes: Number(graph.outputs[0]?.shape[1]),
    explain: lastWithPlaces(source, graph),
  }
}

/** What a whole model is written with. */
interface Writing {
  readonly source: KerasSource
  readonly builder: Builder
  /** Names of the weights that are there already: a shared layer has them once. */
  readonly weights: Set<string>
  /** Name of the model within the model; `''` outside. Weights whose names are there twice have it in front. */
  readonly within: string
}

function cannot({ subject }: KerasSource, why: string, next?: string): Problem {
  return new Problem(`Cannot use the Keras model "${subject}": ${why}`, next === undefined ? {} : { next })
}

function imageOf(
  source: KerasSource,
  input: KerasLayer | undefined,
): { readonly size: number; readonly channels: 1 | 3 } {
  const shape = input === undefined ? undefined : inputShape(input.config)
  const [, height, width, channels] = shape ?? []
  if (shape?.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw cannot(
      source,
      `its input is [${(shape ?? []).map(String).join(', ')}], an image [batch, height, width, 1 or 3] was wanted`,
    )
  }
  const size = typeof height === 'number' ? height : source.size
  if (size === undefined) {
    throw cannot(source, 'it leaves the size of its images open', 'say the size that it was trained with: --size 224')
  }
  if ((typeof width === 'number' && width !== size) || (source.size !== undefined && source.size !== size)) {
    throw cannot(
      source,
      `its images are ${String(height)} × ${String(width)}, a square of ${source.size ?? size} was wanted`,
    )
  }
  return { size, channels }
}

/** Evaluates a model on values, its layers as they are asked for; used again for a model within a model. */
function outputsOf(writing: Writing, model: KerasModel, given: readonly KerasValue[]): readonly KerasValue[] {
  const made = new Map<string, readonly KerasValue[]>()
  const begun = new Set<string>()
  model.inputs.forEach((name, i) => {
    const value = given[i]
    if (value !== undefined) made.set(`${name} 0`, [value])
  })
  const resultOf = ({ layer, call, output }: Reference): KerasValue => {
    const key = `${layer} ${call}`
    if (!made.has(key) && begun.has(key)) return fail(`its layer "${layer}" reads what it gives itself`)
    begun.add(key)
    const known = made.get(key) ?? callLayer(model.layers.get(layer), call)
    made.set(key, known)
    return known[output] ?? fail(`the layer "${layer}" has no output ${output}`)
  }
  const callLayer = (layer: KerasLayer | undefined, call: number): readonly KerasValue[] => {
    const reads = layer?.calls[call]
    if (layer === undefined || reads === undefined) return fail('its layers do not fit together')
    const inputs = reads.map(resultOf)
    if (layer.model) return outputsOf({ ...writing, within: layer.name }, layer.model, inputs)
    const write = layerWriters.get(layer.className)
    if (write === undefined) {
      return fail(
        `the layer "${layer.name}" is a ${layer.className}, known are ${[...layerWriters.keys()].join(', ')}`,
        'export the model as ONNX (tf2onnx) and use it as a backbone: onnx({ path })',
      )
    }
    return [write(callOf(writing, layer, inputs))]
  }
  const fail = (why: string, next?: string): never => {
    throw cannot(writing.source, why, next)
  }
  return model.outputs.map(resultOf)
}

function callOf(writing: Writing, layer: KerasLayer, inputs: readonly KerasValue[]): KerasCall {
  const { source, builder, weights, within } = writing
  const { tensors } = source.weights
  const keyOf = (name: string): string => {
    const full = `${within}/${layer.name}/${name}`
    return Object.hasOwn(tensors, full) ? full : `${layer.name}/${name}`
  }
  const refuse = (why: string): never => {
    throw cannot(source, `the layer "${layer.name}" (${layer.className}) cannot be used, ${why}`)
  }
  return {
    builder,
    // Our own names are not given away.
    name: layer.name === imageInput || layer.name === logitsOutput ? `${layer.name}/layer` : layer.name,
    config: layer.config,
    inputs,
    refuse,
    has: name => Object.hasOwn(tensors, keyOf(name)),
    variable: (name, shape) => variable(source, keyOf(name), shape),
    weight: (name, make) => {
      const key = within === '' ? `${layer.name}/${name}` : `${within}/${layer.name}/${name}`
      if (weights.has(key)) return key
      weights.add(key)
      return builder.weight(key, make())
    },
  }
}

function variable(source: KerasSource, key: string, shape: readonly number[]): Tensor {
  const { tensors } = source.weights
  const found = tensors[key]
  if (found === undefined) {
    const near = nearest(key, Object.keys(tensors))
    throw cannot(
      source,
      `the file of weights has no "${key}" [${shape.join(', ')}]${near === undefined ? '' : `, the nearest that it holds is "${near}"`}`,
      'give the description and the weights of one model',
    )
  }
  if (found.dtype === 'float32' && String(found.shape) === String(shape)) return found
  throw cannot(
    source,
    `"${key}" is ${found.dtype} [${found.shape.join(', ')}] in the file of weights, float32 [${shape.join(', ')}] was wanted`,
    'give the description and the weights of one model',
  )
}

/**
 * The graph up to what stands before its last sigmoid, as `logits`. Of a softmax over two: the second less the first, whose
 * sigmoid is the second's probability.
 */
function withLogits(source: KerasSource, graph: Graph): Graph {
  const [output] = graph.outputs
  const last = graph.nodes.find(({ outputs }) => outputs[0] === output?.name)
  if (output?.shape.length !== 2) throw cannot(source, 'its output is an image, a list of answers was wanted')
  const builder = build(graph.name, { ...graph, outputs: [] })
  const [before = ''] = last?.inputs ?? []
  const logits = (): string => {
    if (last?.op === 'Sigmoid') return before
    if (last?.op === 'Gemm') return output.name
    if (last?.op === 'Softmax' && output.shape[1] === 2) {
      return builder.node('Sub', [column(builder, before, 1), column(builder, before, 0)])
    }
    throw cannot(
      source,
      `it ends with ${last?.op ?? 'its input'} over ${output.shape[1]} classes, a sigmoid, a softmax over two or a dense layer without activation was wanted`,
    )
  }
  builder.output(builder.node('Identity', [logits()], {}, { name: logitsOutput }))
  return withOutputs(builder.finish(), [logitsOutput])
}

/** One column of [N, K], as [N, 1]. */
function column(builder: Builder, from: string, index: number): string {
  return builder.node('Gather', [from, builder.constant(int64([1], [index]))], { axis: int(1) })
}

/** The last image in the graph that is more than one place. A Transpose holds an image in another order. */
function lastWithPlaces(source: KerasSource, graph: Graph): string {
  const shapes = inferShapes(graph)
  const last = graph.nodes.findLast(({ op, outputs }) => {
    const shape = shapes.get(outputs[0] ?? '')?.shape ?? []
    return op !== 'Transpose' && shape.length === 4 && (shape[2] !== 1 || shape[3] !== 1)
  })
  return last?.outputs[0] ?? raise(cannot(source, 'none of its layers gives an image: nothing could be explained'))
}

function raise(problem: Problem): never {
  throw problem
}
