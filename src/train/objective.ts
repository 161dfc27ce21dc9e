import { addLoss, differentiate, gradientName } from '../autodiff/index.ts'
import { type Loss, Problem, type Tensors } from '../core/index.ts'
import { type Graph, weightsAsInputs } from '../graph/index.ts'
import { type BatchNorm, logitsOutput, withTrainingNorms } from '../models/index.ts'

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
  /** The graph as it is judged, where that differs. */
  readonly forward?: Graph
  /** The parameters' and statistics' values at the start. */
  readonly initial: Tensors
}

export interface ObjectiveOptions {
  readonly loss: Loss
  /** One a class, as `addLoss` takes them. */
  readonly classWeights?: readonly number[] | undefined
  /** Normalisations of the tail that use the statistics of the batch while they learn. */
  readonly batchNorms?: readonly BatchNorm[] | undefined
}

/** @param parameters names of weights of `tail` */
export function objectiveOf(
  tail: Graph,
  parameters: readonly string[],
  { loss, classWeights, batchNorms = [] }: ObjectiveOptions,
): Objective {
  const { graph, state } = withTrainingNorms(tail, batchNorms)
  const resident = [...parameters, ...Object.keys(state)]
  const initial = Object.fromEntries(resident.map(name => [name, weightOf(tail, name)]))
  const withLoss = (of: Graph): Graph => addLoss(of, loss, { logits: logitsOutput, classWeights })
  const learning = differentiate(withLoss(graph), { loss: lossOutput, of: parameters })
  return {
    graph: weightsAsInputs(learning, resident),
    state,
    ...(batchNorms.length === 0 ? {} : { forward: weightsAsInputs(withLoss(tail), resident) }),
    gradients: Object.fromEntries(parameters.map(name => [name, gradientName(name)])),
    initial,
  }
}

function weightOf(graph: Graph, name: string): Tensors[string] {
  const weight = graph.weights[name]
  if (weight !== undefined) return weight
  throw new Problem(`Cannot train "${name}": it is not a weight of the trained part of the network`)
}
