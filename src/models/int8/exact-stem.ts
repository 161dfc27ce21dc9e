import { float32, floats, scalar, type Tensor } from '../../core/index.ts'
import type { Graph, Node } from '../../graph/index.ts'
import type { Measured } from './range.ts'
import { prefix } from './whole-values.ts'

/** Whole numbers up to here, and sums of them, are exact in float32. */
const mostExact = 2 ** 24
/** Inputs are rounded to whole numbers of this size at most: four times as fine as bytes with a sign. */
const mostInput = 1023

export interface ExactStem {
  readonly graph: Graph
  /** Outputs of the convolutions that are to stay as they are. */
  readonly floats: ReadonlySet<string>
}

/**
 * A float graph whose first convolutions compute in whole numbers that are held in float32: `y = Conv(round(x / s), W, b) / d`.
 * Filters are scaled until no sum of products can pass 2²⁴, so each sum is exact in whatever order a processor takes it, and the
 * result is the same everywhere, which that of ordinary float32 is not.
 */
export function exactStem(graph: Graph, measured: ReadonlyMap<string, Measured>, stem: number): ExactStem {
  const first = new Set(graph.nodes.filter(({ op }) => op === 'Conv').slice(0, stem))
  const weights: Record<string, Tensor> = { ...graph.weights }
  const floating = new Set<string>()
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    if (!first.has(node)) return [node]
    const [input = '', weight = '', bias = ''] = node.inputs
    const [output = ''] = node.outputs
    const { low, high } = measured.get(input)!.range
    const step = Math.max(-low, high) / mostInput || 1
    const exact = exactFilters(weights[weight]!, bias === '' ? undefined : weights[bias], step)
    const named = (what: string): string => `${prefix}${output}/${what}`
    const add = (what: string, value: Tensor): string => {
      weights[named(what)] = value
      return named(what)
    }
    floating.add(named('sums'))
    const scaled = { op: 'Mul', inputs: [input, add('fineness', scalar(1 / step))], outputs: [named('scaled')] }
    const rounded = { op: 'Round', inputs: [named('scaled')], outputs: [named('rounded')] }
    const bounds = [add('least', scalar(-mostInput)), add('most', scalar(mostInput))]
    const cut = { op: 'Clip', inputs: [named('rounded'), ...bounds], outputs: [named('whole')] }
    const filters = [add('exact', exact.weight), add('exactBias', exact.bias)]
    const sums = { ...node, inputs: [named('whole'), ...filters], outputs: [named('sums')] }
    // Not a product: ONNX Runtime would write that into the weights.
    const result = { op: 'Div', inputs: [named('sums'), add('divisors', exact.divisors)], outputs: [output] }
    return [scaled, rounded, cut, sums, result].map(made => ({ attributes: {}, ...made }))
  })
  return { graph: { ...graph, nodes, weights }, floats: floating }
}

export interface ExactFilters {
  /** Whole numbers in float32. */
  readonly weight: Tensor
  readonly bias: Tensor
  /** What sums are divided by, [1, F, 1, 1]. */
  readonly divisors: Tensor
}

/** @param step the input's: what its whole number 1 stands for */
export function exactFilters(weight: Tensor, bias: Tensor | undefined, step: number): ExactFilters {
  const [filters = 1] = weight.shape
  const values = floats(weight)
  const size = values.length / filters
  const whole = new Float32Array(values.length)
  const wholeBias = new Float32Array(filters)
  const divisors = new Float32Array(filters)
  for (let f = 0; f < filters; f++) {
    const filter = values.subarray(f * size, (f + 1) * size)
    const offset = bias === undefined ? 0 : floats(bias)[f]!
    const sum = filter.reduce((total, value) => total + Math.abs(value), 0)
    // Each weight may be rounded up by a half, and so may the bias.
    const room = mostExact - mostInput * (size / 2) - 1
    const scale = (sum * mostInput + Math.abs(offset) / step) / room || 1
    filter.forEach((value, i) => {
      whole[f * size + i] = Math.round(value / scale)
    })
    wholeBias[f] = Math.round(offset / (step * scale))
    divisors[f] = 1 / (step * scale)
  }
  return {
    weight: float32(weight.shape, whole),
    bias: float32([filters], wholeBias),
    divisors: float32([1, filters, 1, 1], divisors),
  }
}
