import { int64, type Tensor, tensor } from '../../core/index.ts'
import {
  type Builder,
  dtypeCodes,
  float,
  floatOf,
  int,
  intOf,
  ints,
  type Node,
  reduceOver,
  tensorOfAttribute,
} from '../../graph/index.ts'
import { nodeNamed } from './node-named.ts'

export interface RewriteContext {
  readonly builder: Builder
  readonly node: Node
  /** The nodes of the graph as it was, by the values that they make. */
  readonly makers: ReadonlyMap<string, Node>
  /** The graph's outputs. */
  readonly outputs: ReadonlySet<string>
}

/**
 * Adds nodes that make the outputs of a node under the names that they had.
 * @returns false when the node can stay as it is
 */
export type Rewrite = (at: RewriteContext) => boolean

/** The operators below as functions, on numbers of float32. */
interface Arithmetic {
  readonly x: string
  readonly call: (op: string, ...inputs: readonly (string | number)[]) => string
  /** 1 where a condition holds, else 0. */
  readonly indicator: (condition: string) => string
  /** The node that makes the output. True, since it is the last. */
  readonly result: (op: string, ...inputs: readonly (string | number)[]) => true
}

function arithmetic({ builder, node }: RewriteContext): Arithmetic {
  const named = (inputs: readonly (string | number)[]): string[] =>
    inputs.map(input =>
      typeof input === 'number' ? builder.constant(tensor('float32', [], Float32Array.of(input))) : input,
    )
  return {
    x: node.inputs[0]!,
    call: (op, ...inputs) => builder.node(op, named(inputs)),
    indicator: condition => builder.node('Cast', [condition], { to: int(dtypeCodes.float32) }),
    result: (op, ...inputs) => {
      nodeNamed(builder, node.outputs[0]!, op, named(inputs))
      return true
    },
  }
}

/** [x > 0] − [x < 0] */
export function sign(at: RewriteContext): boolean {
  const { x, call, indicator, result } = arithmetic(at)
  return result('Sub', indicator(call('Greater', x, 0)), indicator(call('Less', x, 0)))
}

/** Halves go to the even neighbour: ⌊x + ½⌋, less 1 where x lay half-way below an odd number. */
export function round(at: RewriteContext): boolean {
  const { x, call, indicator, result } = arithmetic(at)
  const up = call('Floor', call('Add', x, 0.5))
  const isHalf = call('Equal', call('Sub', up, x), 0.5)
  const isOdd = call('Equal', call('Sub', up, call('Mul', call('Floor', call('Mul', up, 0.5)), 2)), 1)
  return result('Sub', up, indicator(call('And', isHalf, isOdd)))
}

/** x / (1 + |x|) */
export function softsign(at: RewriteContext): boolean {
  const { x, call, result } = arithmetic(at)
  return result('Div', x, call('Add', call('Abs', x), 1))
}

/** α · Elu(x / α) */
export function celu(at: RewriteContext): boolean {
  const { x, call, result } = arithmetic(at)
  const alpha = floatOf(at.node, 'alpha', 1)
  return result('Mul', call('Elu', call('Div', x, alpha)), alpha)
}

/** γ · Elu(x; α), with the constants of Klambauer et al. 2017 as ONNX states them. */
export function selu(at: RewriteContext): boolean {
  const { x, result } = arithmetic(at)
  const alpha = float(floatOf(at.node, 'alpha', 1.6732631921768188))
  return result('Mul', at.builder.node('Elu', [x], { alpha }), floatOf(at.node, 'gamma', 1.0507010221481323))
}

/** The element type is known while the graph is loaded. */
export function castLike({ builder, node }: RewriteContext): boolean {
  const [x, like] = node.inputs as readonly [string, string]
  const { dtype } = builder.valueOf(like)
  nodeNamed(builder, node.outputs[0]!, 'Cast', [x], { to: int(dtypeCodes[dtype]) })
  return true
}

/** Outside training it changes nothing. One that drops would need random numbers. */
export function dropout(at: RewriteContext): boolean {
  if ((at.node.inputs[2] ?? '') !== '' || (at.node.outputs[1] ?? '') !== '') return false
  const { x, result } = arithmetic(at)
  return result('Identity', x)
}

export function sum(at: RewriteContext): boolean {
  const { call, result } = arithmetic(at)
  const [first, ...others] = at.node.inputs as readonly [string, ...string[]]
  const last = others.pop()
  if (last === undefined) return result('Identity', first)
  return result(
    'Add',
    others.reduce((total, input) => call('Add', total, input), first),
    last,
  )
}

export function mean(at: RewriteContext): boolean {
  const { call, result } = arithmetic(at)
  const total = at.node.inputs.reduce((sum, input) => call('Add', sum, input))
  return result('Div', total, at.node.inputs.length)
}

/** x − max x − log Σ exp(x − max x) */
export function logSoftmax(at: RewriteContext): boolean {
  const { builder, node } = at
  // It took all axes from the given one on then.
  if (builder.opset < 13) return false
  const { x, call, result } = arithmetic(at)
  const rank = builder.valueOf(x).shape.length
  const axis = (intOf(node, 'axis', -1) + rank) % rank
  const centred = call('Sub', x, reduceOver(builder, 'ReduceMax', x, [axis], { keepdims: true }))
  const total = reduceOver(builder, 'ReduceSum', call('Exp', centred), [axis], { keepdims: true })
  return result('Sub', centred, call('Log', total))
}

/**
 * The number, spread over the shape. A row as long as another value has numbers is made from the shape of that one: counting
 * them would take integers of 64 bits, which the device does not compute with.
 */
export function constantOfShape({ builder, node, makers }: RewriteContext): boolean {
  const given: Tensor = tensorOfAttribute(node, 'value') ?? tensor('float32', [1], new Float32Array(1))
  const value = builder.constant({ ...given, shape: [] })
  const [shape, output] = [node.inputs[0]!, node.outputs[0]!]
  const counted = makers.get(makers.get(shape)?.inputs[0] ?? '')
  if (makers.get(shape)?.op !== 'Reshape' || counted?.op !== 'Size') {
    nodeNamed(builder, output, 'Expand', [value, shape])
    return true
  }
  const spread = builder.node('Expand', [value, builder.node('Shape', [counted.inputs[0]!])])
  nodeNamed(builder, output, 'Reshape', [spread, builder.constant(int64([1], [-1]))])
  return true
}

/** [N, C, H, W] → [N, b·b·C, H/b, W/b]: the place in a block comes before the channel. */
export function spaceToDepth({ builder, node }: RewriteContext): boolean {
  const [, channels = 0, height = 0, width = 0] = builder.valueOf(node.inputs[0]!).shape.map(Number)
  const block = intOf(node, 'blocksize', 1)
  const [rows, columns] = [height / block, width / block]
  const integers = (values: readonly number[]): string => builder.constant(int64([values.length], values))
  const apart = builder.node('Reshape', [node.inputs[0]!, integers([0, channels, rows, block, columns, block])])
  const turned = builder.node('Transpose', [apart], { perm: ints([0, 3, 5, 1, 2, 4]) })
  nodeNamed(builder, node.outputs[0]!, 'Reshape', [turned, integers([0, block * block * channels, rows, columns])])
  return true
}
