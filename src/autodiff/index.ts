export { type BceWithLogitsOptions, bceWithLogits } from './bce-with-logits.ts'
export { type DifferentiateOptions, differentiate, gradientName } from './differentiate.ts'
export { differentiableOps } from './gradient-rules.ts'
export { type OptimizerState, type OptimizerStep, optimizerNodes } from './optimizer-nodes.ts'
