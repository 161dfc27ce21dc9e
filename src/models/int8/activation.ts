import { numbers } from '../../core/index.ts'
import type { Graph, Node } from '../../graph/index.ts'
import type { Range } from './range.ts'

/** What a Relu or a Clip with fixed bounds keeps of its input; undefined for other nodes. */
export function keptBy(graph: Graph, node: Node): Range | undefined {
  if (node.domain !== undefined) return undefined
  if (node.op === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY }
  if (node.op !== 'Clip') return undefined
  const low = boundOf(graph, node.inputs[1], Number.NEGATIVE_INFINITY)
  const high = boundOf(graph, node.inputs[2], Number.POSITIVE_INFINITY)
  return low === undefined || high === undefined ? undefined : { low, high }
}

function boundOf(graph: Graph, name: string | undefined, otherwise: number): number | undefined {
  if (name === undefined || name === '') return otherwise
  const weight = graph.weights[name]
  return weight === undefined ? undefined : numbers(weight)[0]
}

/**
 * Whether cutting off what leaves a range of whole numbers does the same: the range holds zero, and so must what is kept. Then the
 * activation costs nothing, for the range never reaches further than what was seen behind it.
 */
export function isCutOff(kept: Range | undefined): boolean {
  return kept !== undefined && kept.low <= 0 && kept.high >= 0
}
