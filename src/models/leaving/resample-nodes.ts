import { int64, type Tensor, tensor } from '../../core/index.ts'
import { type Attribute, type Builder, int } from '../../graph/index.ts'
import type { Interpolation } from '../../imaging/index.ts'

/** Numbers of float64, in which films are resampled. */
export function double(...values: readonly number[]): Tensor {
  return tensor('float64', [values.length], Float64Array.from(values))
}

/** Adds a node; numbers among its inputs are float64. */
export type DoubleNode = (op: string, ...inputs: readonly (string | number)[]) => string

export function doubleNodes(build: Builder): DoubleNode {
  return (op, ...inputs) =>
    build.node(
      op,
      inputs.map(input => (typeof input === 'number' ? build.constant(double(input)) : input)),
    )
}

/** ONNX's number of an element type that nodes are cast to. */
export const castTo: Readonly<Record<'float64' | 'float32' | 'int64', Attribute>> = {
  float64: int(11),
  float32: int(1),
  int64: int(7),
}

/**
 * How much each of `from` input pixels counts for each of `to` output pixels, as float64 [to, from] that is computed when a film
 * comes: what `taps` of imaging/ says as numbers, as nodes.
 *
 * @param from name of an int64 [1]
 * @param to name of an int64 [1]
 */
export function resampleWeights(build: Builder, interpolation: Interpolation, from: string, to: string): string {
  const node = doubleNodes(build)
  const cast = (value: string, type: keyof typeof castTo): string => build.node('Cast', [value], { to: castTo[type] })
  const upTo = (count: string): string => {
    const [zero, one] = [0, 1].map(value => build.constant(int64([], [value])))
    const end = build.node('Squeeze', [count])
    return cast(build.node('Range', [zero!, end, one!]), 'float64')
  }
  const output = build.node('Unsqueeze', [upTo(to), build.constant(int64([1], [1]))])
  const input = build.node('Unsqueeze', [upTo(from), build.constant(int64([1], [0]))])
  const ratio = node('Div', cast(from, 'float64'), cast(to, 'float64'))
  if (interpolation === 'nearest') return nearestWeights(build, { input, output, ratio, from: cast(from, 'float64') })
  const weights =
    interpolation === 'area' ? overlaps(node, input, output, ratio) : kernel(node, interpolation, input, output, ratio)
  const total = build.node('ReduceSum', [weights, build.constant(int64([1], [1]))], { keepdims: int(1) })
  return node('Div', weights, total)
}

/** Length of the overlap of each input pixel with the interval of each output pixel. */
function overlaps(node: DoubleNode, input: string, output: string, ratio: string): string {
  const low = node('Mul', output, ratio)
  const high = node('Mul', node('Add', output, 1), ratio)
  return node('Max', node('Sub', node('Min', high, node('Add', input, 1)), node('Max', low, input)), 0)
}

function kernel(
  node: DoubleNode,
  interpolation: 'linear' | 'cubic',
  input: string,
  output: string,
  ratio: string,
): string {
  const centre = node('Mul', node('Add', output, 0.5), ratio)
  const away = node('Abs', node('Div', node('Sub', node('Add', input, 0.5), centre), node('Max', ratio, 1)))
  if (interpolation === 'linear') return node('Max', node('Sub', 1, away), 0)
  const times = (value: string, ...factors: readonly string[]): string =>
    factors.reduce((product, factor) => node('Mul', product, factor), value)
  // Keys (1981), a = −0.5.
  const near = node('Add', times(node('Sub', node('Mul', away, 1.5), 2.5), away, away), 1)
  const line = node('Add', node('Mul', away, -0.5), 2.5)
  const far = node('Add', times(node('Sub', times(line, away), 4), away), 2)
  return node('Where', node('Less', away, 1), near, node('Where', node('Less', away, 2), far, 0))
}

interface Places {
  readonly input: string
  readonly output: string
  readonly ratio: string
  readonly from: string
}

/** 1 for the input pixel in which a centre lies; centres are summed step by step, as `taps` does it. */
function nearestWeights(build: Builder, { input, output, ratio, from }: Places): string {
  const node = doubleNodes(build)
  const steps = node('Where', node('Less', output, 0.5), node('Div', ratio, 2), ratio)
  const centres = build.node('CumSum', [steps, build.constant(int64([], [0]))])
  const place = node('Min', node('Floor', centres), node('Sub', from, 1))
  const isThere = node('Less', node('Abs', node('Sub', input, place)), 0.5)
  return build.node('Cast', [isThere], { to: castTo.float64 })
}
