import { elements } from '../../core/index.ts'
import { foldBatchNormalization, type Graph, type Node, withOutputs } from '../../graph/index.ts'
import { zeros } from '../initial-weights.ts'
import { describeValues, type Layer, type Layers } from '../layers.ts'
import { imageInput } from '../network.ts'
import { learnedWeights } from '../trained-part.ts'
import type { Weights } from '../weights/weights.ts'
import type { Place } from './layers.ts'
import { networkOfFile, networkOfNumbers } from './named-backbone.ts'
import { type NamedOptions, namesOf, placeOf, type WrittenNetwork } from './written-network.ts'

/** The layers and blocks of a named network, as `pretrained` names them for a file. @param subject what the file is called in errors */
export function layersOfFile(options: NamedOptions, weights: Weights, subject: string): Layers {
  return namedLayers(options, networkOfFile(options, weights, subject))
}

/** The layers and blocks of a named network that no file has filled, with the names of all libraries. */
export function layersOfNetwork(options: NamedOptions): Layers {
  return namedLayers(options, networkOfNumbers(options, { of: (_layer, _role, shape) => zeros(shape) }))
}

function namedLayers({ network, definition, batchNorm, ...named }: NamedOptions, written: WrittenNetwork): Layers {
  const { graph, contract, places } = written
  const cutPlace = placeOf(written, network, named.cut ?? definition.features, 'cut')
  const cut = cutPlace.output
  if (named.trainFrom !== undefined) placeOf(written, network, named.trainFrom, 'trainFrom')
  const values = byName(describeValues(graph, cut))
  const takesTraining = trainable(graph, cut, batchNorm === 'train')
  const layers = [...places].map(([name, place]): Layer => {
    const nodes = nodesOf(graph, name, place)
    const made = values.get(place.output)
    return {
      value: name,
      aliases: [...new Set(namesOf(written, name))].filter(other => other !== name && !places.has(other)),
      operator: operatorsOf(nodes),
      shape: made?.shape,
      parameters: learnedNumbers({ ...graph, nodes }),
      places: made?.places,
      gradient: made?.gradient,
      // Its heat maps are made where it is cut.
      explain: false,
      trainFrom: takesTraining(place),
    }
  })
  const [cutName = cut] = [...places].find(([, place]) => place === cutPlace) ?? []
  return { contract, cut: cutName, parameters: learnedNumbers(graph), layers }
}

const byName = (layers: readonly Layer[]): ReadonlyMap<string, Layer> =>
  new Map(layers.map(layer => [layer.value, layer]))

/** Whether training may begin with a layer, in the graph as it is trained. */
function trainable(whole: Graph, cut: string, trainsNorms: boolean): (place: Place) => boolean {
  const part = withOutputs(whole, [cut])
  const graph = trainsNorms ? part : foldBatchNormalization(part)
  const values = byName(describeValues(graph, cut))
  const learns = graph.nodes.map(node => learnedWeights({ ...graph, nodes: [node] }).length > 0)
  const lastLearned = learns.lastIndexOf(true)
  const makers = new Map(graph.nodes.flatMap((node, i) => node.outputs.map(name => [name, i] as const)))
  return ({ input }) => {
    if (input === imageInput) return lastLearned >= 0
    return values.get(input)?.trainFrom === true && (makers.get(input) ?? -1) < lastLearned
  }
}

/** The nodes of a layer or block, in order: all that lead from its input to its output. */
function nodesOf({ nodes }: Graph, name: string, { input, output }: Place): readonly Node[] {
  const only = nodes.find(({ inputs, outputs }) => inputs[0] === input && outputs[0] === name)
  if (only !== undefined) return [only]
  const needed = new Set([output])
  const found: Node[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some(name => name !== input && needed.has(name))) continue
    found.push(node)
    for (const name of node.inputs) needed.add(name)
  }
  return found.toReversed()
}

/** Operators of a layer; more are a block. */
const most = 2

function operatorsOf(nodes: readonly Node[]): string {
  return nodes.length > most ? `block of ${nodes.length}` : nodes.map(({ op }) => op).join(', ')
}

function learnedNumbers(graph: Graph): number {
  return learnedWeights(graph).reduce((sum, name) => sum + elements(graph.weights[name]?.shape ?? []), 0)
}
