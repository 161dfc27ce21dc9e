export { addLoss, type LossOptions } from './add-loss.ts'
export { type DifferentiateOptions, differentiate, gradientName } from './differentiate.ts'
export {
  type DifferentiateMixedOptions,
  differentiateMixed,
  goodStepsInput,
  type LossScaling,
  type MixedGraph,
  scaleInput,
} from './differentiate-mixed.ts'
export { differentiableOps } from './gradient-rules.ts'
export { type OptimizerState, type OptimizerStep, optimizerNodes } from './optimizer-nodes.ts'
export { type UpdateNodesOptions, withUpdate } from './update-nodes.ts'
