import { convolutionRules } from './convolution-rules.ts'
import type { DifferentiableOp } from './differentiable-ops.ts'
import { elementwiseRules } from './elementwise-rules.ts'
import type { GradientRule, RulesFor } from './gradient-rule.ts'
import { linalgRules } from './linalg-rules.ts'
import { movementRules } from './movement-rules.ts'
import { normalizationRules } from './normalization-rules.ts'
import { poolingRules } from './pooling-rules.ts'
import { reductionRules } from './reduction-rules.ts'

/** One rule an operator; a differentiable operator without one does not compile. */
export type GradientRules = RulesFor<DifferentiableOp>

export const gradientRules: GradientRules = {
  ...convolutionRules,
  ...elementwiseRules,
  ...linalgRules,
  ...movementRules,
  ...normalizationRules,
  ...poolingRules,
  ...reductionRules,
}

/** The rule of a node's operator, if it has one. */
export function ruleFor(op: string): GradientRule | undefined {
  return isDifferentiable(op) ? gradientRules[op] : undefined
}

function isDifferentiable(op: string): op is DifferentiableOp {
  return Object.hasOwn(gradientRules, op)
}
