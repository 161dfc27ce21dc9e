import { scalar, type Tensor } from '../core/index.ts'
import { floatOf, int, intOf, ints } from './attributes.ts'
import type { Graph, Node } from './graph.ts'
import { type Inference, inferenceOver } from './infer-shapes.ts'
import { namesOf } from './names.ts'

/**
 * The graph with each Attention (operator set 23) as the scaled dot products that it stands for (Vaswani et al. 2017, equation
 * 1), so that gradients pass and its weights can be seen: `softmax(√s·Q · (√s·K)ᵀ + mask) · V`. Forms that no exporter of image
 * networks makes stay as they are: three dimensions, keys of the past, truth values as mask, causal or capped ones.
 */
export function expandAttention(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => op === 'Attention')) return graph
  const walk: Walk = { found: inferenceOver(graph), taken: new Set(namesOf(graph)), weights: { ...graph.weights } }
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    for (const each of expanded(walk, node) ?? [node]) {
      walk.found.visit(each)
      nodes.push(each)
    }
  }
  return { ...graph, nodes, weights: walk.weights }
}

interface Walk {
  readonly found: Inference
  readonly taken: Set<string>
  readonly weights: Record<string, Tensor>
}

function expanded(walk: Walk, node: Node): readonly Node[] | undefined {
  const [query = '', key = '', value = '', mask = ''] = node.inputs
  const [output = ''] = node.outputs
  const shape = walk.found.valueOf(query)?.shape
  const width = shape?.[3]
  const plain = node.op === 'Attention' && node.domain === undefined && node.outputs.length === 1
  if (!plain || shape?.length !== 4 || typeof width !== 'number' || isUnusual(walk, node, mask)) return undefined
  const named = (part: string): string => fresh(walk, `${output}/${part}`)
  const nodes: Node[] = []
  const add = (op: string, inputs: readonly string[], name: string, attributes: Node['attributes'] = {}): string => {
    nodes.push({ op, inputs, outputs: [name], attributes })
    return name
  }
  const factor = named('scale')
  const root = scalar(Math.sqrt(floatOf(node, 'scale', 1 / Math.sqrt(width))))
  walk.weights[factor] = root
  walk.found.weight(factor, root)
  const keys = add('Transpose', [key], named('keys'), { perm: ints([0, 1, 3, 2]) })
  const products = add(
    'MatMul',
    [add('Mul', [query, factor], named('queries')), add('Mul', [keys, factor], named('scaled-keys'))],
    named('products'),
  )
  const masked = mask === '' ? products : add('Add', [products, mask], named('masked'))
  add('MatMul', [add('Softmax', [masked], named('weights'), { axis: int(-1) }), value], output)
  return nodes
}

function isUnusual({ found }: Walk, node: Node, mask: string): boolean {
  const past = node.inputs.slice(4).some(name => name !== '')
  const truth = mask !== '' && found.valueOf(mask)?.dtype !== 'float32'
  return past || truth || intOf(node, 'is_causal', 0) !== 0 || floatOf(node, 'softcap', 0) !== 0
}

function fresh({ taken }: Walk, wanted: string): string {
  let name = wanted
  for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
  taken.add(name)
  return name
}
