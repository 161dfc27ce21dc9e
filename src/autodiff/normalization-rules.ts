import { Problem } from '../core/index.ts'
import { floatOf, intOf } from '../graph/index.ts'
import { type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'

/**
 * y = (x − μ)·s + b with s = γ/√(σ²+ε), all fixed numbers of a channel. With Σ over everything but the channel:
 * dx = g·s, dγ = Σ g·(x−μ) / √(σ²+ε), db = Σ g, dμ = −s·Σ g, dσ² = −½·γ·Σ g·(x−μ) / (σ²+ε)^1.5.
 */
const batchNormalization: GradientRule = at => {
  const { e, node } = at
  if (intOf(node, 'training_mode', 0) === 1) {
    throw new Problem('Cannot differentiate BatchNormalization: it is in training mode, the inference form was wanted')
  }
  const [x, scale, _bias, mean, variance] = node.inputs as readonly [string, string, string, string, string]
  const g = gradientOf(at)
  const rank = e.dims(x).length
  const perChannel = (vector: string): string => e.reshape(vector, [-1, ...new Array<number>(rank - 2).fill(1)])
  const overAll = (value: string): string =>
    e.sum(
      value,
      e.dims(x).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
    )
  const spread = e.add(variance, e.constant(floatOf(node, 'epsilon', 1e-5), variance))
  const deviation = e.sqrt(spread)
  const slope = (): string => e.div(scale, deviation)
  const centred = (): string => overAll(e.mul(g, e.sub(x, perChannel(mean))))
  const ofVariance = (): string =>
    e.mul(e.div(e.mul(centred(), scale), e.mul(spread, deviation)), e.constant(-0.5, variance))
  return [
    at.wants(0) ? e.mul(g, perChannel(slope())) : undefined,
    at.wants(1) ? e.div(centred(), deviation) : undefined,
    at.wants(2) ? overAll(g) : undefined,
    at.wants(3) ? e.neg(e.mul(slope(), overAll(g))) : undefined,
    at.wants(4) ? ofVariance() : undefined,
  ]
}

export const normalizationRules: RulesFor<'BatchNormalization'> = { BatchNormalization: batchNormalization }
