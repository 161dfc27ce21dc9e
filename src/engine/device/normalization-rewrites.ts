import { elements, float32, int64 } from '../../core/index.ts'
import { floatOf, intOf, reduceOver } from '../../graph/index.ts'
import { nodeNamed } from './node-named.ts'
import type { RewriteContext } from './rewrites.ts'

/** The device wants a scale for each number that is normalised together; one that stretches is multiplied afterwards. */
export function layerNormalization({ builder, node }: RewriteContext): boolean {
  const [x, scale, bias = ''] = node.inputs as readonly [string, string, string?]
  const { shape } = builder.valueOf(x)
  const axis = intOf(node, 'axis', -1)
  const together = shape.slice(axis < 0 ? axis + shape.length : axis).map(Number)
  const isFull = (name: string): boolean => elements(builder.valueOf(name).shape.map(Number)) === elements(together)
  if ([scale, bias].every(name => name === '' || isFull(name))) return false
  const ones = builder.constant(float32(together, new Float32Array(elements(together)).fill(1)))
  const normalised = builder.node('LayerNormalization', [x, ones], node.attributes)
  if (bias === '') nodeNamed(builder, node.outputs[0]!, 'Mul', [normalised, scale])
  else nodeNamed(builder, node.outputs[0]!, 'Add', [builder.node('Mul', [normalised, scale]), bias])
  return true
}

/**
 * (x − μ) / √(σ² + ε) over the channels of a group and all places, then the scale and the bias: one for each channel, or, before
 * version 21, for each group.
 */
export function groupNormalization({ builder, node }: RewriteContext): boolean {
  const [x, scale, bias] = node.inputs as readonly [string, string, string]
  const [, channels = 0, ...spatial] = builder.valueOf(x).shape.map(Number)
  const groups = intOf(node, 'num_groups', 1)
  const integers = (values: readonly number[]): string => builder.constant(int64([values.length], values))
  const perGroup = (channels / groups) * elements(spatial)
  const apart = builder.node('Reshape', [x, integers([0, groups, perGroup])])
  const over = (value: string): string => reduceOver(builder, 'ReduceMean', value, [2], { keepdims: true })
  const centred = builder.node('Sub', [apart, over(apart)])
  const variance = over(builder.node('Mul', [centred, centred]))
  const epsilon = builder.constant(float32([], [floatOf(node, 'epsilon', 1e-5)]))
  const deviation = builder.node('Sqrt', [builder.node('Add', [variance, epsilon])])
  const whole = builder.node('Reshape', [
    builder.node('Div', [centred, deviation]),
    integers([0, channels, ...spatial]),
  ])
  const perChannel = (values: string): string => {
    const isPerGroup = builder.valueOf(values).shape[0] === groups && groups !== channels
    const each = isPerGroup
      ? builder.node('Expand', [
          builder.node('Reshape', [values, integers([groups, 1])]),
          integers([groups, channels / groups]),
        ])
      : values
    return builder.node('Reshape', [each, integers([1, channels, ...spatial.map(() => 1)])])
  }
  nodeNamed(builder, node.outputs[0]!, 'Add', [builder.node('Mul', [whole, perChannel(scale)]), perChannel(bias)])
  return true
}
