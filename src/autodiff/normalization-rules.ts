import { Problem } from '../core/index.ts'
import { floatOf, intOf, reduceOver } from '../graph/index.ts'
import { sumTo } from './broadcasting.ts'
import type { Expressions } from './expressions.ts'
import { axisOf, fixedSize } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'

/** A vector with one number a channel, so that it stretches over a value [N, C, …]. */
function perChannel(e: Expressions, vector: string, rank: number): string {
  return e.reshape(vector, [-1, ...new Array<number>(rank - 2).fill(1)])
}

/** The sum over everything but the channel. */
function byChannel(e: Expressions, value: string): string {
  return e.sum(
    value,
    e.dims(value).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  )
}

/**
 * y = (x − μ)·s + b with s = γ/√(σ²+ε), all fixed numbers of a channel. With Σ over everything but the channel:
 * dx = g·s, dγ = Σ g·(x−μ) / √(σ²+ε), db = Σ g, dμ = −s·Σ g, dσ² = −½·γ·Σ g·(x−μ) / (σ²+ε)^1.5.
 * The training form never gets here: `withBatchStatistics` has written it as this one with computed μ and σ².
 */
const batchNormalization: GradientRule = at => {
  const { e, node } = at
  const [x, scale, _bias, mean, variance] = node.inputs as readonly [string, string, string, string, string]
  const g = gradientOf(at)
  const rank = e.dims(x).length
  const spread = e.add(variance, e.constant(floatOf(node, 'epsilon', 1e-5), variance))
  const deviation = e.sqrt(spread)
  const slope = e.div(scale, deviation)
  const sum = at.wants(2) || at.wants(3) ? byChannel(e, g) : ''
  const centred = at.wants(1) || at.wants(4) ? byChannel(e, e.mul(g, e.sub(x, perChannel(e, mean, rank)))) : ''
  const ofVariance = (): string =>
    e.mul(e.div(e.mul(centred, scale), e.mul(spread, deviation)), e.constant(-0.5, variance))
  return [
    at.wants(0) ? e.mul(g, perChannel(e, slope, rank)) : undefined,
    at.wants(1) ? e.div(centred, deviation) : undefined,
    at.wants(2) ? sum : undefined,
    at.wants(3) ? e.neg(e.mul(slope, sum)) : undefined,
    at.wants(4) ? ofVariance() : undefined,
  ]
}

/** A value brought to mean 0 and variance 1 over some axes, and 1/√(σ²+ε), which keeps them with size 1. */
interface Normalised {
  readonly value: string
  readonly inverse: string
  readonly axes: readonly number[]
}

function normalised({ e, node }: Backward, x: string, axes: readonly number[]): Normalised {
  const centred = e.sub(x, meanOf(e, x, axes))
  const variance = meanOf(e, e.mul(centred, centred), axes)
  const epsilon = e.constant(floatOf(node, 'epsilon', 1e-5), x)
  const inverse = e.node('Reciprocal', [e.sqrt(e.add(variance, epsilon))])
  return { value: e.mul(centred, inverse), inverse, axes }
}

function meanOf(e: Expressions, x: string, axes: readonly number[]): string {
  return reduceOver(e.build, 'ReduceMean', x, axes, { keepdims: true })
}

/** With x̂ the normalised value, g its gradient and means over its axes: (g − mean g − x̂·mean(g·x̂)) / √(σ²+ε). */
function throughStatistics(e: Expressions, g: string, { value, inverse, axes }: Normalised): string {
  const slanted = e.mul(value, meanOf(e, e.mul(g, value), axes))
  return e.mul(e.sub(e.sub(g, meanOf(e, g, axes)), slanted), inverse)
}

const layerNormalization: GradientRule = at => {
  const { e, node } = at
  const [x, scale, bias] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2]]
  if (at.gradients[1] !== undefined || at.gradients[2] !== undefined) {
    throw new Problem(
      'Cannot differentiate LayerNormalization: its mean or deviation is used, its first output alone was wanted',
    )
  }
  const g = gradientOf(at)
  const rank = e.dims(x).length
  const first = axisOf(intOf(node, 'axis', -1), rank)
  const axes = Array.from({ length: rank - first }, (_, place) => first + place)
  const normal = normalised(at, x, axes)
  return [
    at.wants(0) ? throughStatistics(e, e.mul(g, scale), normal) : undefined,
    at.wants(1) ? sumTo(e, e.mul(g, normal.value), x, scale) : undefined,
    at.wants(2) ? sumTo(e, g, x, bias!) : undefined,
  ]
}

const instanceNormalization: GradientRule = at => {
  const { e, node } = at
  const [x, scale] = [node.inputs[0]!, node.inputs[1]!]
  const g = gradientOf(at)
  const rank = e.dims(x).length
  const normal = normalised(
    at,
    x,
    Array.from({ length: rank - 2 }, (_, place) => place + 2),
  )
  return [
    at.wants(0) ? throughStatistics(e, e.mul(g, perChannel(e, scale, rank)), normal) : undefined,
    at.wants(1) ? byChannel(e, e.mul(g, normal.value)) : undefined,
    at.wants(2) ? byChannel(e, g) : undefined,
  ]
}

/** The groups are laid on an axis of their own, [N, G, …]. Scale and bias are per group in operator set 18, per channel since 21. */
const groupNormalization: GradientRule = at => {
  const { e, node } = at
  const [x, scale] = [node.inputs[0]!, node.inputs[1]!]
  const g = gradientOf(at)
  const rank = e.dims(x).length
  const groups = intOf(node, 'num_groups', 1)
  const channels = fixedSize(at, x, 1)
  const ofGroups = e.build.opset < 21
  const inGroups = (value: string): string => e.reshape(value, [0, groups, -1])
  const normal = normalised(at, inGroups(x), [2])
  const spread = ofGroups
    ? e.reshape(e.node('Expand', [e.reshape(scale, [groups, 1]), e.integers([groups, channels / groups])]), [channels])
    : scale
  const gathered = (perChannel_: string): string =>
    ofGroups ? e.sum(e.reshape(perChannel_, [groups, channels / groups]), [1]) : perChannel_
  const ofInput = (): string =>
    e.reshapeLike(throughStatistics(e, inGroups(e.mul(g, perChannel(e, spread, rank))), normal), x)
  return [
    at.wants(0) ? ofInput() : undefined,
    at.wants(1) ? gathered(byChannel(e, e.mul(g, e.reshapeLike(normal.value, x)))) : undefined,
    at.wants(2) ? gathered(byChannel(e, g)) : undefined,
  ]
}

export const normalizationRules: RulesFor<
  'BatchNormalization' | 'GroupNormalization' | 'InstanceNormalization' | 'LayerNormalization'
> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
}
