import { Problem } from '../../core/index.ts'

/** What ONNX Runtime said, as one sentence that names the graph and, where its words hold it, the node. */
export function engineFailure(action: 'load' | 'run', graph: string, error: unknown): Problem {
  const words = error instanceof Error ? error.message : String(error)
  const node = nodeIn(words)
  const place = node === undefined ? '' : ` at node ${node}`
  return new Problem(`Cannot ${action} graph "${graph}"${place}: ${reasonIn(words)}`, { cause: error })
}

/** The ways in which ONNX Runtime names a node. */
const nodePatterns: readonly RegExp[] = [
  /Node ?\((?<name>[^)]*)\) Op \((?<op>\w+)\)/,
  /running (?<op>\w+) node\. Name:'(?<name>[^']*)'/,
  /In Node, \("(?<name>[^"]*)", (?<op>\w+),/,
  /operator \((?<op>\w+)\) in node \((?<name>[^)]*)\)/,
  /implementation for (?<op>\w+)\(\d+\) node with name '(?<name>[^']*)'/,
]

function nodeIn(words: string): string | undefined {
  for (const pattern of nodePatterns) {
    const found = pattern.exec(words)?.groups
    if (found !== undefined) return found['name'] ? `"${found['name']}" (${found['op']})` : `${found['op']}`
  }
  return undefined
}

/** What stands around the reason: headers, and places in the source of ONNX Runtime with their signatures. */
const wrappings: readonly RegExp[] = [
  /^.*Status Message: /s,
  /^Load model from .* failed: ?/,
  /^This is an invalid model\. /,
  /In Node, \(.*?\) -> \(.*?\) , Error /,
  /Node ?\([^)]*\) Op \(\w+\) /,
  /\[ShapeInferenceError\] /g,
  /\/\S+\.(?:h|cc|cpp):\d+ (?:[\w:<>~&*, ]+\([^)]*\)(?: const)? )?/g,
  /\b[\w.]+\.(?:h|cc|cpp):\d+ /g,
]

function reasonIn(words: string): string {
  const bare = wrappings.reduce((text, wrapping) => text.replace(wrapping, ''), words)
  const plain = bare.replace(/\s+/g, ' ').trim()
  return (plain === '' ? words : plain).replace(/\.$/, '')
}
