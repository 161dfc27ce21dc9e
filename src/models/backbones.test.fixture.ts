import { random } from '../core/index.ts'
import { build, encode, type Graph, int, ints } from '../graph/index.ts'
import { heNormal, ones, zeros } from './initial-weights.ts'

/** What a small file may look like: its channels' place, its opset's habits, what stands behind the features. */
export interface TinyOptions {
  readonly channelsLast?: boolean
  readonly size?: number
  readonly input?: string
  /** An operator in the second half that has no gradient. */
  readonly strange?: boolean
}

/** A small pretrained-looking network: two convolutions with batch normalisation, pooling and a classifier behind. */
export function tinyGraph({
  channelsLast = false,
  size = 16,
  input = 'pixels',
  strange = false,
}: TinyOptions = {}): Graph {
  const draw = random(3)
  const b = build('tiny')
  const shape = channelsLast ? [1, size, size, 3] : [1, 3, size, size]
  let at = b.input({ name: input, dtype: 'float32', shape })
  if (channelsLast) at = b.node('Transpose', [at], { perm: ints([0, 3, 1, 2]) })
  at = b.node('Conv', [at, b.weight('c1/w', heNormal([4, 3, 3, 3], 27, draw))], { pads: ints([1, 1, 1, 1]) })
  const norm = [ones([4]), zeros([4]), zeros([4]), ones([4])].map((value, i) => b.weight(`bn/${i}`, value))
  at = b.node('Relu', [b.node('BatchNormalization', [at, ...norm])], {}, { name: 'middle' })
  at = b.node('Identity', [at])
  at = b.node('Conv', [at, b.weight('c2/w', heNormal([6, 4, 3, 3], 36, draw)), b.weight('c2/b', zeros([6]))], {
    strides: ints([2, 2]),
    pads: ints([1, 1, 1, 1]),
  })
  if (strange) at = b.node('Round', [at], {}, { name: 'strange' })
  at = b.node('Relu', [at], {}, { name: 'features' })
  at = b.node('Flatten', [b.node('GlobalAveragePool', [at])], { axis: int(1) })
  b.output(b.node('Gemm', [at, b.weight('fc', heNormal([6, 10], 6, draw))], {}, { name: 'logits' }))
  return b.finish()
}

export function tinyFile(options?: TinyOptions): Uint8Array {
  return encode(tinyGraph(options))
}
