import { addLoss, differentiate, differentiateMixed, gradientName, type LossScaling } from '../autodiff/index.ts'
import { type Loss, Problem, type Tensors } from '../core/index.ts'
import { type Graph, weightsAsInputs } from '../graph/index.ts'
import { type BatchNorm, logitsOutput, withTrainingNorms } from '../models/index.ts'

/** What a step computes its products in; parameters are float32 in both. */
export type Precision = 'float32' | 'mixed'

/** The names that the loss adds to a graph. */
export const lossOutput = 'loss'
export const labelsInput = 'labels'
export const maskInput = 'mask'

/** A graph that computes logits, loss and gradients, with its parameters as inputs. */
export interface Objective {
  readonly graph: Graph
  /** Parameter → gradient. */
  readonly gradients: Readonly<Record<string, string>>
  /** Running statistic → its next value. */
  readonly state: Readonly<Record<string, string>>
  /** The scale of the loss and its like, in mixed precision: what goes from step to step and is no part of the network. */
  readonly scaling: Readonly<Record<string, string>>
  /** The output that says whether a step counts, in mixed precision. */
  readonly when?: string
  /** The graph as it is judged, where that differs. */
  readonly forward?: Graph
  /** The values at the start of parameters, statistics and scale. */
  readonly initial: Tensors
}

export interface ObjectiveOptions {
  readonly loss: Loss
  /** One a class, as `addLoss` takes them. */
  readonly classWeights?: readonly number[] | undefined
  /** Normalisations of the tail that use the statistics of the batch while they learn. */
  readonly batchNorms?: readonly BatchNorm[] | undefined
  /** Default: float32. */
  readonly precision?: Precision | undefined
  /** Counts in mixed precision only. */
  readonly lossScaling?: LossScaling | undefined
}

/** @param parameters names of weights of `tail` */
export function objectiveOf(
  tail: Graph,
  parameters: readonly string[],
  { loss, classWeights, batchNorms = [], precision = 'float32', lossScaling }: ObjectiveOptions,
): Objective {
  const isMixed = precision === 'mixed'
  const { graph, state } = withTrainingNorms(tail, batchNorms)
  const resident = [...parameters, ...Object.keys(state)]
  const initial = Object.fromEntries(resident.map(name => [name, weightOf(tail, name)]))
  const withLoss = (of: Graph): Graph => addLoss(of, loss, { logits: logitsOutput, classWeights })
  const wanted = { loss: lossOutput, of: parameters }
  const mixed = isMixed ? differentiateMixed(withLoss(graph), { ...wanted, scaling: lossScaling }) : undefined
  const learning = mixed?.graph ?? differentiate(withLoss(graph), wanted)
  return {
    graph: weightsAsInputs(learning, resident),
    state,
    scaling: mixed?.state ?? {},
    ...(mixed === undefined ? {} : { when: mixed.when }),
    // A network is judged as it is served, in float32.
    ...(isMixed || batchNorms.length > 0 ? { forward: weightsAsInputs(withLoss(tail), resident) } : {}),
    gradients: Object.fromEntries(parameters.map(name => [name, gradientName(name)])),
    initial: { ...initial, ...mixed?.initial },
  }
}

function weightOf(graph: Graph, name: string): Tensors[string] {
  const weight = graph.weights[name]
  if (weight !== undefined) return weight
  throw new Problem(`Cannot train "${name}": it is not a weight of the trained part of the network`)
}
