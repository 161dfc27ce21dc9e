import { nearest, Problem, type Tensor } from '../core/index.ts'
import { type Graph, withWeights } from '../graph/index.ts'
import { learnedWeights } from './trained-part.ts'
import type { Weights } from './weights/weights.ts'

/**
 * The graph with the tensors of a file in place of its weights of the same names: those that are learned, and the statistics of
 * batch norms. Tensors that the graph has no use for are left.
 * @param subject what the file of weights is called in errors
 * @throws Problem when one is missing or has another shape
 */
export function withStateDict(graph: Graph, { tensors }: Weights, subject: string): Graph {
  const wanted = [...learnedWeights(graph), ...statisticsOf(graph)]
  const found: Record<string, Tensor> = {}
  for (const name of new Set(wanted)) {
    const own = graph.weights[name]
    if (own === undefined) continue
    const tensor = tensors[name]
    if (tensor === undefined) throw missing(graph, name, own, Object.keys(tensors), subject)
    if (String(tensor.shape) !== String(own.shape) || tensor.dtype !== own.dtype) {
      throw new Problem(
        `Cannot put the weights "${subject}" into graph "${graph.name}": "${name}" is ${described(tensor)}, ${described(own)} was wanted`,
      )
    }
    found[name] = tensor
  }
  return withWeights(graph, found)
}

function statisticsOf(graph: Graph): readonly string[] {
  return graph.nodes.flatMap(node => (node.op === 'BatchNormalization' ? node.inputs.slice(3, 5) : []))
}

function missing(graph: Graph, name: string, own: Tensor, names: readonly string[], subject: string): Problem {
  const surplus = names.filter(each => !Object.hasOwn(graph.weights, each))
  const near = nearest(name, surplus)
  const holds =
    near !== undefined
      ? `the nearest that it holds is "${near}"`
      : surplus[0] !== undefined
        ? `it holds "${surplus[0]}"${surplus.length > 1 ? ` and ${surplus.length - 1} more` : ''} that the graph does not have`
        : 'it holds nothing that the graph does not have'
  return new Problem(
    `Cannot put the weights "${subject}" into graph "${graph.name}": it lacks "${name}" ${described(own)}, ${holds}`,
    {
      next: 'export the graph with its weights under their own names, batch norms not folded: in PyTorch training=TrainingMode.PRESERVE and do_constant_folding=False',
    },
  )
}

function described({ dtype, shape }: Tensor): string {
  return `${dtype} [${shape.join(', ')}]`
}
