import { nearest, Problem, type Tensor } from '../core/index.ts'
import { type Graph, withWeights } from '../graph/index.ts'
import { learnedWeights } from './trained-part.ts'
import type { Weights } from './weights/weights.ts'

/**
 * The graph with the tensors of a file in place of its weights of the same names: those that are learned, and the statistics of
 * batch norms. Tensors that the graph has no use for are left.
 * @param graph the part that is kept of `whole`
 * @param subject what the file of weights is called in errors
 * @throws Problem when one is missing or has another shape, or when the graph has no batch norms where the file has them
 */
export function withStateDict(graph: Graph, whole: Graph, { tensors }: Weights, subject: string): Graph {
  const lost = Object.keys(tensors).find(name => isStatistic(name) && !Object.hasOwn(whole.weights, name))
  if (lost !== undefined) throw folded(graph, lost, subject)
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

const isStatistic = (name: string): boolean => /(running_mean|running_var|moving_mean|moving_variance)$/.test(name)

/** Exporters write norms into convolutions, which keep their names: such a graph filled with plain weights would be wrong in silence. */
function folded(graph: Graph, lost: string, subject: string): Problem {
  return new Problem(
    `Cannot put the weights "${subject}" into graph "${graph.name}": the file holds "${lost}", but the graph has no such batch norm: it was written into a convolution`,
    { next: exportPlainly },
  )
}

const exportPlainly =
  'take the weights of this very network, and export its graph with its names and batch norms: in PyTorch torch.onnx.export(…, dynamo=False, training=TrainingMode.PRESERVE, do_constant_folding=False)'

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
    { next: exportPlainly },
  )
}

function described({ dtype, shape }: Tensor): string {
  return `${dtype} [${shape.join(', ')}]`
}
