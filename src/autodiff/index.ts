export { addLoss, type LossOptions } from './add-loss.ts'
export { type DifferentiableOp, differentiableOps } from './differentiable-ops.ts'
export { type DifferentiateOptions, differentiate, gradientName } from './differentiate.ts'
export { type OptimizerState, type OptimizerStep, optimizerNodes } from './optimizer-nodes.ts'
export {
  normOutput,
  rateInput,
  stepInput,
  type UpdateGraph,
  type UpdateNodesOptions,
  withUpdate,
} from './update-nodes.ts'
