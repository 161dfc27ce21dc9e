import { convolutionRules } from './convolution-rules.ts'
import { elementwiseRules } from './elementwise-rules.ts'
import type { GradientRule } from './gradient-rule.ts'
import { indexingRules } from './indexing-rules.ts'
import { linalgRules } from './linalg-rules.ts'
import { movementRules } from './movement-rules.ts'
import { normalizationRules } from './normalization-rules.ts'
import { poolingRules } from './pooling-rules.ts'
import { reductionRules } from './reduction-rules.ts'
import { scalarRules } from './scalar-rules.ts'

const rules: ReadonlyMap<string, GradientRule> = new Map(
  Object.entries({
    ...convolutionRules,
    ...elementwiseRules,
    ...indexingRules,
    ...linalgRules,
    ...movementRules,
    ...normalizationRules,
    ...poolingRules,
    ...reductionRules,
    ...scalarRules,
  }),
)

/** The operators that gradients pass through. */
export const differentiableOps: readonly string[] = [...rules.keys()].sort()

/** The rule of a node's operator, if it has one. */
export function ruleFor(op: string): GradientRule | undefined {
  return rules.get(op)
}
