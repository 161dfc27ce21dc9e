import { addLoss, differentiate, gradientName } from '../autodiff/index.ts'
import { type Loss, Problem, type Tensors } from '../core/index.ts'
import { type Graph, weightsAsInputs } from '../graph/index.ts'
import { logitsOutput } from '../models/index.ts'

/** The names that the loss adds to a graph. */
export const lossOutput = 'loss'
export const labelsInput = 'labels'
export const maskInput = 'mask'

/** A graph that computes logits, loss and gradients, with its parameters as inputs. */
export interface Objective {
  readonly graph: Graph
  /** Parameter → gradient. */
  readonly gradients: Readonly<Record<string, string>>
  /** The parameters' values at the start. */
  readonly initial: Tensors
}

/** @param parameters names of weights of `tail` */
export function objectiveOf(
  tail: Graph,
  parameters: readonly string[],
  loss: Loss,
  classWeights: readonly number[] | undefined,
): Objective {
  const initial = Object.fromEntries(parameters.map(name => [name, weightOf(tail, name)]))
  const judged = addLoss(tail, loss, { logits: logitsOutput, classWeights })
  const learning = differentiate(judged, { loss: lossOutput, of: parameters })
  return {
    graph: weightsAsInputs(learning, parameters),
    gradients: Object.fromEntries(parameters.map(name => [name, gradientName(name)])),
    initial,
  }
}

function weightOf(graph: Graph, name: string): Tensors[string] {
  const weight = graph.weights[name]
  if (weight !== undefined) return weight
  throw new Problem(`Cannot train "${name}": it is not a weight of the trained part of the network`)
}
