import assert from 'node:assert/strict'
import test from 'node:test'
import { float32 } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, check, type Graph, int, ints } from '../graph/index.ts'
import { rolloutGraph } from './rollout.ts'

/** Tokens of a class and 2 × 2 places, and layers whose attention is given: queries and keys are the wanted logarithms. */
function attending(layers: number, attention: (layer: number) => readonly number[], heads = 1): Graph {
  const b = build('attending')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 5, 2] })
  let tokens = image
  for (let layer = 0; layer < layers; layer++) {
    const wanted = Float32Array.from(attention(layer), Math.log)
    const logs = b.weight(`layer${layer}`, float32([1, heads, 5, 5], wanted))
    const split = b.node('Unsqueeze', [tokens, b.constant(axes)])
    const zero = b.node('ReduceSum', [b.node('Mul', [split, b.constant(float32([], [0]))]), b.constant(last)])
    const weights = b.node('Softmax', [b.node('Add', [zero, logs])], { axis: int(-1) })
    const gathered = b.node('ReduceMean', [b.node('MatMul', [weights, split])], { axes: ints([1]), keepdims: int(0) })
    tokens = b.node('Add', [tokens, gathered])
  }
  const named = b.node('Identity', [tokens], {}, { name: 'tokens' })
  b.output(b.node('ReduceSum', [named, b.constant(axes)], { keepdims: int(0) }, { name: 'logits' }))
  return b.finish()
}
const axes = { dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) } as const
const last = { dtype: 'int64', shape: [1], data: BigInt64Array.of(3n) } as const

const heatOf = (graph: Graph): readonly number[] => {
  const rollout = rolloutGraph(graph, 'tokens')
  assert.deepEqual(check(rollout), [])
  const image = float32([1, 5, 2], new Float32Array(10))
  return Array.from(interpret(rollout, { image }, { outputs: ['heat'] })['heat']!.data as Float64Array)
}
const close = (found: readonly number[], wanted: readonly number[]): void => {
  for (const [i, value] of wanted.entries()) assert.ok(Math.abs(found[i]! - value) < 1e-6, `${found} for ${wanted}`)
}

const even = Array.from({ length: 25 }, () => 1 / 5)
/** Every token looks at the third place, up to a little. */
const atThird = Array.from({ length: 25 }, (_, i) => (i % 5 === 3 ? 1 : 1e-9))

test('one layer: half of the attention of the class token', () => {
  close(heatOf(attending(1, () => even)), [0.1, 0.1, 0.1, 0.1])
  close(heatOf(attending(1, () => atThird)), [0, 0, 0.5, 0])
})

test('several layers: what a token gathered before counts where it is gathered again', () => {
  // Row 0 of (½E + ½I)(½T + ½I): half of the even look goes on to the third place, half of the class token does.
  close(heatOf(attending(2, layer => (layer === 0 ? atThird : even))), [0.05, 0.05, 0.55, 0.05])
  close(heatOf(attending(2, layer => (layer === 0 ? even : atThird))), [0.1, 0.1, 0.35, 0.1])
})

test('heads are averaged', () => {
  close(heatOf(attending(1, () => [...even, ...atThird], 2)), [0.05, 0.05, 0.3, 0.05])
})

test('attention that is not of all tokens to all tokens is refused, and so is a network without any', () => {
  const plain = build('plain')
  plain.output(
    plain.node('Relu', [plain.input({ name: 'tokens', dtype: 'float32', shape: ['N', 5, 2] })], {}, { name: 'logits' }),
  )
  assert.throws(() => rolloutGraph(plain.finish(), 'tokens'), /Cannot follow the attention before "tokens": no Softmax/)
  const b = build('windows')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 5, 5] })
  const narrow = b.node('Softmax', [image], { axis: int(-1) }, { name: 'window' })
  b.output(b.node('MatMul', [narrow, image], {}, { name: 'tokens' }))
  b.output(b.node('Identity', ['tokens'], {}, { name: 'logits' }))
  assert.throws(
    () => rolloutGraph(b.finish(), 'tokens'),
    /that at "window" is \[N, 5, 5\], \[N, heads, 5, 5\] was wanted/,
  )
})
