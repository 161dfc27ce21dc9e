import { Problem } from '../core/index.ts'
import { type Graph, inferShapes, intOf, type Node, type Value, withOutputs } from '../graph/index.ts'

/**
 * The attention of each layer before some tokens, first layer first: values [N, heads, T, T] whose rows sum to 1. They are the
 * Softmax nodes that scaled dot products end in (Vaswani et al. 2017, equation 1), multiplied with the values of the tokens.
 * @param tokens [N, T, D]
 * @throws Problem when there is none, or some attention is not one of all tokens to all tokens
 */
export function attentionBefore(graph: Graph, tokens: string): readonly string[] {
  const needed = withOutputs(graph, [tokens])
  const shapes = inferShapes(needed)
  const [, count] = shapes.get(tokens)?.shape ?? []
  const found = needed.nodes.filter(node => isAttention(needed, node))
  if (found.length === 0) {
    throw new Problem(`Cannot follow the attention before "${tokens}": no Softmax is multiplied with what tokens hold`)
  }
  for (const {
    outputs: [name = ''],
  } of found) {
    const value = shapes.get(name)
    if (value === undefined || !isOfAllTokens(value, count)) {
      throw new Problem(
        `Cannot follow the attention before "${tokens}": that at "${name}" is [${value?.shape.join(', ')}], [N, heads, ${count}, ${count}] was wanted`,
      )
    }
  }
  return found.map(({ outputs: [name = ''] }) => name)
}

function isAttention(graph: Graph, node: Node): boolean {
  const isLast = node.op === 'Softmax' && [-1, 3].includes(intOf(node, 'axis', -1))
  return (
    isLast && readersOf(graph, node.outputs[0] ?? '').some(([reader, input]) => reader.op === 'MatMul' && input === 0)
  )
}

/** The nodes that use a value, past those that change nothing or only stand guard against rows without any token. */
function readersOf(graph: Graph, value: string): readonly (readonly [Node, number])[] {
  return graph.nodes.flatMap(node => {
    const input = node.inputs.indexOf(value)
    if (input < 0) return []
    return passing.has(node.op) ? readersOf(graph, node.outputs[0] ?? '') : [[node, input] as const]
  })
}

const passing: ReadonlySet<string> = new Set(['Cast', 'Dropout', 'Identity', 'Where'])

function isOfAllTokens({ shape }: Value, count: unknown): boolean {
  const [batch, , rows, columns] = shape
  return shape.length === 4 && batch === 'N' && rows === count && columns === count
}
