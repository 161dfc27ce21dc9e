import { elements } from '../core/index.ts'
import type { Graph, GraphFault, Node, Value } from './graph.ts'
import { inferWithFaults, placeOf } from './infer-shapes.ts'
import { readsOf } from './names.ts'
import { operators } from './shapes/rules.ts'

/**
 * What makes a graph invalid; empty when it is a graph that ONNX tools take. An operator of a domain of its own is
 * believed, one of the standard domain that we do not know is a fault.
 */
export function check(graph: Graph): readonly GraphFault[] {
  const names = nameFaults(graph)
  if (names.length > 0) return [...names, ...graph.nodes.flatMap(node => nodeFaults(graph, node))]
  const { values, faults } = inferWithFaults({ ...graph, outputs: [] })
  return [
    ...graph.nodes.flatMap(node => nodeFaults(graph, node)),
    ...Object.keys(graph.weights).flatMap(name => weightFaults(graph, name)),
    ...faults,
    ...graph.outputs.flatMap(output => outputFaults(output, values.get(output.name))),
  ]
}

/** Names that are used before, or without, being made, and names that are made twice. */
function nameFaults(graph: Graph): readonly GraphFault[] {
  const faults: GraphFault[] = []
  const made = new Set<string>()
  const later = new Set(graph.nodes.flatMap(node => node.outputs))
  const make = (name: string, where: string): void => {
    if (made.has(name)) faults.push({ where, message: `the name "${name}" is made a second time` })
    made.add(name)
  }
  for (const { name } of graph.inputs) make(name, `input "${name}"`)
  for (const name of Object.keys(graph.weights)) make(name, `weight "${name}"`)
  for (const node of graph.nodes) {
    for (const name of readsOf(node)) {
      if (made.has(name)) continue
      const message = later.has(name)
        ? `input "${name}" is made later: nodes must be sorted, without cycles`
        : `input "${name}" does not exist`
      faults.push({ where: placeOf(node), message })
    }
    for (const name of node.outputs) if (name !== '') make(name, placeOf(node))
  }
  const outputs = new Set<string>()
  for (const { name } of graph.outputs) {
    if (!made.has(name)) faults.push({ where: `output "${name}"`, message: 'no node makes it' })
    if (outputs.has(name)) faults.push({ where: `output "${name}"`, message: 'it is declared twice' })
    outputs.add(name)
  }
  return faults
}

function nodeFaults(graph: Graph, node: Node): readonly GraphFault[] {
  const fault = (message: string): readonly GraphFault[] => [{ where: placeOf(node), message }]
  if (node.domain !== undefined) {
    return graph.domains?.[node.domain] === undefined ? fault(`its domain "${node.domain}" has no version`) : []
  }
  const operator = operators[node.op]
  if (operator === undefined) return fault('the operator is unknown')
  const [fewest, most] = operator.inputs
  if (node.inputs.length < fewest || node.inputs.length > most) {
    return fault(
      `it has ${node.inputs.length} inputs, ${fewest === most ? fewest : `${fewest} to ${most}`} were wanted`,
    )
  }
  if (node.outputs.length === 0) return fault('it has no output')
  const absent = node.inputs.slice(0, Number.isFinite(most) ? fewest : undefined).indexOf('')
  return absent < 0 ? [] : fault(`input ${absent} is not given, it is not optional`)
}

function weightFaults(graph: Graph, name: string): readonly GraphFault[] {
  const weight = graph.weights[name]
  if (weight === undefined || weight.data.length === elements(weight.shape)) return []
  return [
    {
      where: `weight "${name}"`,
      message: `it has ${weight.data.length} values, shape [${weight.shape.join(', ')}] holds ${elements(weight.shape)}`,
    },
  ]
}

function outputFaults(declared: Value, inferred: Value | undefined): readonly GraphFault[] {
  if (inferred === undefined) return []
  const fits =
    declared.dtype === inferred.dtype &&
    declared.shape.length === inferred.shape.length &&
    declared.shape.every(
      (size, axis) =>
        typeof size === 'string' || typeof inferred.shape[axis] === 'string' || size === inferred.shape[axis],
    )
  if (fits) return []
  return [
    {
      where: `output "${declared.name}"`,
      message: `it is declared ${declared.dtype} [${declared.shape.join(', ')}], it is ${inferred.dtype} [${inferred.shape.join(', ')}]`,
    },
  ]
}
