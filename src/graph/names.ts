import type { Attributes, Graph, Node } from './graph.ts'

/** The names that a node reads: its inputs, and what its subgraphs take from outside of themselves. */
export function readsOf(node: Node): readonly string[] {
  return [...node.inputs.filter(name => name !== ''), ...subgraphsOf(node).flatMap(outerReadsOf)]
}

function subgraphsOf(node: Node): readonly Graph[] {
  return Object.values(node.attributes).flatMap(attribute => (attribute.type === 'graph' ? [attribute.value] : []))
}

function outerReadsOf(graph: Graph): readonly string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...Object.keys(graph.weights),
    ...graph.nodes.flatMap(node => node.outputs),
  ])
  const read = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)]
  return read.filter(name => !own.has(name))
}

/** Every name that is taken: of values, weights and nodes. */
export function namesOf(graph: Graph): ReadonlySet<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...Object.keys(graph.weights),
    ...graph.nodes.flatMap(node => [...node.outputs, ...(node.name === undefined ? [] : [node.name])]),
  ])
}

/** Gives values, weights and nodes other names; names that are not keys of `names` stay. */
export function renameValues(graph: Graph, names: Readonly<Record<string, string>>): Graph {
  const renamed = (name: string): string => (Object.hasOwn(names, name) ? names[name]! : name)
  const renameAll = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
    items.map(item => ({ ...item, name: renamed(item.name) }))
  return {
    ...graph,
    inputs: renameAll(graph.inputs),
    outputs: renameAll(graph.outputs),
    nodes: graph.nodes.map(node => ({
      ...node,
      ...(node.name !== undefined && { name: renamed(node.name) }),
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
      attributes: renameInSubgraphs(node.attributes, names),
    })),
    weights: Object.fromEntries(Object.entries(graph.weights).map(([name, weight]) => [renamed(name), weight])),
    ...(graph.values !== undefined && { values: renameAll(graph.values) }),
  }
}

function renameInSubgraphs(attributes: Attributes, names: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, attribute]) => [
      key,
      attribute.type === 'graph' ? { ...attribute, value: renameValues(attribute.value, names) } : attribute,
    ]),
  )
}
