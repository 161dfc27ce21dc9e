import { float32, floats, scalar, type Tensor } from '../../core/index.ts'
import { type Graph, type Node, withOutputs } from '../../graph/index.ts'
import { keptBy } from './activation.ts'
import { cutOffBehind, usesOf } from './plan.ts'
import type { Measured, Range } from './range.ts'
import { prefix } from './whole-values.ts'

/** Whole numbers up to here, and sums of them, are exact in float32. */
const mostExact = 2 ** 24
/** Inputs are rounded to whole numbers of this size at most: four times as fine as bytes with a sign. */
const mostInput = 1023

/** A value `sums / divisors`, cut off by an activation perhaps. */
export interface SumsOf {
  readonly sums: string
  /** One a channel. */
  readonly divisors: Float32Array
}

export interface ExactStem {
  readonly graph: Graph
  /** The values that the stem computes, by name: for whoever goes on from the sums at once. */
  readonly sums: ReadonlyMap<string, SumsOf>
  /** The convolutions that are to stay as they are, by their outputs. */
  readonly floats: ReadonlySet<string>
}

/**
 * A float graph whose first convolutions compute in whole numbers that are held in float32: `y = Conv(round(x / s), W, b) / d`.
 * Filters are scaled until no sum of products can pass 2²⁴, so each sum is exact in whatever order a processor takes it, and the
 * result is the same everywhere, which that of ordinary float32 is not. From one such convolution to the next numbers stay whole.
 */
export function exactStem(graph: Graph, measured: ReadonlyMap<string, Measured>, stem: number): ExactStem {
  const first = graph.nodes.filter(({ op }) => op === 'Conv').slice(0, stem)
  if (first.length === 0) return { graph, sums: new Map(), floats: new Set() }
  const uses = usesOf(graph)
  const weights: Record<string, Tensor> = { ...graph.weights }
  const sums = new Map<string, SumsOf>()
  const whole = new Set<string>()
  const wanted = new Set(first.map(({ inputs }) => inputs[0]!))
  const weight = (name: string, value: Tensor): string => {
    weights[`${prefix}${name}`] = value
    return `${prefix}${name}`
  }
  /** Divides, cuts off and rounds. ONNX Runtime would write a product into the weights of a convolution, but not a quotient. */
  const rounded = (name: string, from: string, divisor: Tensor, { low, high }: Range): readonly Node[] => {
    const own = (what: string): string => `${prefix}${name}/${what}`
    const bounds = [weight(`${name}/least`, scalar(low)), weight(`${name}/most`, scalar(high))]
    whole.add(name)
    return [
      { op: 'Div', inputs: [from, weight(`${name}/divisor`, divisor)], outputs: [own('scaled')], attributes: {} },
      { op: 'Clip', inputs: [own('scaled'), ...bounds], outputs: [own('cut')], attributes: {} },
      { op: 'Round', inputs: [own('cut')], outputs: [wholeName(name)], attributes: {} },
    ]
  }
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    if (!first.includes(node)) return [node]
    const [input = '', filters = '', bias = ''] = node.inputs
    const [output = ''] = node.outputs
    const step = stepOf(measured, input)
    const before = whole.has(input) ? [] : rounded(input, input, scalar(step), widest)
    const exact = exactFilters(weights[filters]!, bias === '' ? undefined : weights[bias], step)
    const total = `${prefix}${output}/sums`
    const read = [wholeName(input), weight(`${output}/exact`, exact.weight), weight(`${output}/exactBias`, exact.bias)]
    const divisors = channelwise(exact.divisors)
    const plain = [total, weight(`${output}/divisors`, divisors)]
    const activation = cutOffBehind(graph, uses.get(output))
    const end = activation?.outputs[0] ?? output
    for (const name of [output, end]) sums.set(name, { sums: total, divisors: exact.divisors })
    const next = wanted.has(end) ? stepOf(measured, end) : undefined
    const kept = activation === undefined ? undefined : keptBy(graph, activation)
    return [
      ...before,
      { ...node, inputs: read, outputs: [total] },
      { op: 'Div', inputs: plain, outputs: [output], attributes: {} },
      ...(next === undefined
        ? []
        : rounded(end, total, channelwise(exact.divisors.map(d => d * next)), within(kept, next))),
    ]
  })
  const outputs = graph.outputs.map(({ name }) => name)
  const floating = new Set([...sums.values()].map(value => value.sums))
  return { graph: withOutputs({ ...graph, nodes, weights }, outputs), sums, floats: floating }
}

const widest: Range = { low: -mostInput, high: mostInput }
const wholeName = (name: string): string => `${prefix}${name}/whole`

/** What the whole number 1 of a value stands for. */
function stepOf(measured: ReadonlyMap<string, Measured>, name: string): number {
  const { low, high } = measured.get(name)!.range
  return Math.max(-low, high) / mostInput || 1
}

function within(kept: Range | undefined, step: number): Range {
  if (kept === undefined) return widest
  return { low: Math.max(-mostInput, kept.low / step), high: Math.min(mostInput, kept.high / step) }
}

function channelwise(values: Float32Array): Tensor {
  return float32([1, values.length, 1, 1], values)
}

export interface ExactFilters {
  /** Whole numbers in float32. */
  readonly weight: Tensor
  readonly bias: Tensor
  /** What the sums of each filter are divided by. */
  readonly divisors: Float32Array
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
    divisors,
  }
}
