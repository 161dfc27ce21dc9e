import { floats, type Tensor, tensor } from '../../core/index.ts'
import { type Graph, intOf, type Node, withOutputs } from '../../graph/index.ts'
import { keptBy } from './activation.ts'
import { channelVariation, type Variation, windowVariation } from './adjust-rounding.ts'
import type { SumsOf } from './exact-stem.ts'
import { missingChannels, padChannels, withChannels } from './fill-channels.ts'
import { meanErrors, pairingOf, quantiseFilters } from './filters.ts'
import { activationsOf, type Int8Plan, type Step } from './plan.ts'
import type { Measured } from './range.ts'
import { type WholeValue, type WholeValues, wholeValues } from './whole-values.ts'

/** Operators on uint8 that ONNX does not have, but ONNX Runtime. */
const runtimeDomain = 'com.microsoft'

/** Biases stay far from the ends of int32. */
const mostBias = 2 ** 28

export interface Quantised {
  readonly graph: Graph
  /** What is held in whole numbers, by the name of its float: for whoever wants to keep features in a quarter of the room. */
  readonly held: ReadonlyMap<string, WholeValue>
}

/**
 * A float graph in whole numbers where its plan says so: uint8 values, int8 weights with a scale a filter, int32 biases. Between
 * those and the rest stand QuantizeLinear and DequantizeLinear; outputs are floats under their old names.
 *
 * @param measured of every observed value
 * @param sums of the values that an exact stem computes
 */
export function quantise(
  graph: Graph,
  plan: Int8Plan,
  measured: ReadonlyMap<string, Measured>,
  sums: ReadonlyMap<string, SumsOf> = new Map(),
): Quantised {
  const whole = wholeValues(graph, plan, measured, sums)
  for (const node of graph.nodes) {
    const step = plan.steps.get(node)
    if (step !== undefined) emit(graph, step, whole)
    else if (!plan.absorbed.has(node)) {
      for (const name of node.inputs) whole.needFloat(name)
      whole.keep(node)
    }
  }
  const outputs = graph.outputs.map(({ name }) => name)
  for (const name of outputs) whole.needFloat(name)
  const made = {
    ...graph,
    nodes: whole.nodes,
    weights: whole.weights,
    values: [...(graph.values ?? []), ...whole.values],
    domains: { ...graph.domains, [runtimeDomain]: 1 },
  }
  return { graph: withOutputs(made, outputs), held: whole.held }
}

function emit(graph: Graph, step: Step, whole: WholeValues): void {
  const inputs = activationsOf(graph, step)
  const given = inputs.map(name => whole.wholeOf(name))
  const outputs = [whole.hold(step.output)]
  whole.nodes.push({ ...stepNode(graph, step, { inputs, given }, whole), outputs })
}

interface Given {
  /** Names of the floats, and of the same in whole numbers. */
  readonly inputs: readonly string[]
  readonly given: readonly string[]
}

function stepNode(
  graph: Graph,
  { kind, node, output }: Step,
  { inputs, given }: Given,
  whole: WholeValues,
): Omit<Node, 'outputs'> {
  const withForms = inputs.flatMap((name, i) => [given[i]!, ...whole.formInputs(name)])
  if (kind === 'conv') return convolution(graph, node, [withForms, whole.formInputs(output)], whole)
  if (kind === 'same') return moved(graph, node, output, given, whole)
  const op = kind === 'average' ? 'QLinearGlobalAveragePool' : `QLinear${node.op}`
  return { op, domain: runtimeDomain, inputs: [...withForms, ...whole.formInputs(output)], attributes: {} }
}

function convolution(
  graph: Graph,
  node: Node,
  [image, result]: readonly [readonly string[], readonly string[]],
  whole: WholeValues,
): Omit<Node, 'outputs'> {
  const [input = '', weight = '', bias = ''] = node.inputs
  const [value = '', scaleName = '', zero = ''] = image
  const group = intOf(node, 'group', 1)
  const more = missingChannels(graph.weights[weight]!, group)
  const filters = withChannels(graph.weights[weight]!, more)
  const [count = 1] = filters.shape
  const biases = bias === '' ? new Float32Array(count) : floats(graph.weights[bias]!)
  const { scale } = whole.formOf(input)
  const least = Float64Array.from(biases, one => Math.abs(one) / (scale * mostBias))
  const known = whole.measuredOf(input)
  const rounded = quantiseFilters(filters, pairingOf(filters, group), least, variationOf(filters, group, known))
  const errors = meanErrors(filters, rounded, group, known.means)
  const wholeBias = Int32Array.from(biases, (one, f) => Math.round((one - errors[f]!) / (scale * rounded.scales[f]!)))
  const name = node.outputs[0]!
  return {
    op: 'QLinearConv',
    inputs: [
      more === 0 ? value : padChannels(whole, [value, zero], more),
      scaleName,
      zero,
      whole.weight(`${name}/filters`, rounded.weight),
      whole.weight(`${name}/scales`, tensor('float32', [count], rounded.scales)),
      whole.weight(`${name}/zeros`, tensor('int8', [count], new Int8Array(count))),
      ...result,
      whole.weight(`${name}/bias`, tensor('int32', [count], wholeBias)),
    ],
    attributes: node.attributes,
  }
}

/** What is known of the inputs that meet in a filter: measured where it mixes channels of one place, else that places are alike. */
function variationOf(filters: Tensor, group: number, { covariance }: Measured): Variation | undefined {
  const [, channels = 1, height = 1, width = 1] = filters.shape
  if (height * width > 1) return windowVariation(height, width)
  const isKnown = group === 1 && covariance?.length === channels ** 2
  return isKnown ? channelVariation(covariance) : undefined
}

/** Nodes that move numbers without changing them work on uint8 as they stand; where they bring in zeros, the zero point is meant. */
function moved(
  graph: Graph,
  node: Node,
  output: string,
  given: readonly string[],
  whole: WholeValues,
): Omit<Node, 'outputs'> {
  const zero = whole.formInputs(output)[1]!
  const kept = keptBy(graph, node)
  if (node.op === 'Pad') return { ...node, inputs: [given[0]!, node.inputs[1]!, zero] }
  if (kept === undefined) return { ...node, inputs: given }
  const { scale, zeroPoint } = whole.formOf(output)
  const bound = (value: number): number => Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint))
  const byte = (name: string, value: number): string => whole.weight(name, byteTensor(bound(value)))
  const inputs = [given[0]!, byte(`${output}/least`, kept.low), byte(`${output}/most`, kept.high)]
  return { op: 'Clip', inputs, attributes: {} }
}

function byteTensor(value: number): Tensor {
  return tensor('uint8', [], Uint8Array.of(value))
}
