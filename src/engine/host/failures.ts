import { Problem } from '../../core/index.ts'
import type { Failure } from './protocol.ts'

const actions = { load: 'load', run: 'run' } as const

/**
 * What ONNX Runtime said, as one sentence that names the graph and, where its words hold it, the node. Its own words are kept
 * as the cause.
 */
export function engineFailure(action: keyof typeof actions, graph: string, error: unknown): Problem {
  const words = error instanceof Error ? error.message : String(error)
  const node = nodeIn(words)
  const place = node === undefined ? '' : ` at node ${node}`
  return new Problem(`Cannot ${actions[action]} graph "${graph}"${place}: ${reasonIn(words)}`, { cause: error })
}

/** ONNX Runtime names nodes in two ways: `Node (name) Op (Conv)` and `running Conv node. Name:'name'`. */
function nodeIn(words: string): string | undefined {
  const loading = /Node ?\(([^)]*)\) Op \((\w+)\)/.exec(words)
  if (loading !== null) return `"${loading[1]}" (${loading[2]})`
  const running = /running (\w+) node\. Name:'([^']*)'/.exec(words)
  if (running !== null) return `"${running[2]}" (${running[1]})`
  return undefined
}

/** The part after the last header, without source files, line numbers and C++ signatures. */
function reasonIn(words: string): string {
  const said = words.split(/Status Message: |failed:|Error Unrecognized attribute: /).at(-1) ?? words
  const plain = said
    .replace(/\[ShapeInferenceError\] /g, '')
    .replace(/(?:\/[\w.+-]+)+\.(?:cc|h|cpp):\d+ /g, '')
    .replace(/^(?:[\w:<>~&*, ]+\([^)]*\)(?: const)? )+(?=\S)/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return (plain === '' ? words : plain).replace(/\.$/, '')
}

/** An error on its way out of a host. */
export function failureOf(error: unknown): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = error instanceof Error ? error.message : String(error)
  return { message, foreseen: error instanceof Problem, detail: causeOf(error) ?? detail }
}

/** The same error on the near side. */
export function errorOf(failure: Failure): Error {
  if (failure.foreseen) return new Problem(failure.message, { cause: new Error(failure.detail) })
  return new Error(failure.message, { cause: new Error(failure.detail) })
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
}
