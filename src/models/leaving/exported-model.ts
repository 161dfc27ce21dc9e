import { canonicalJson, sha256 } from '../../core/index.ts'
import { append, decode, encode, type Graph, withOutputs } from '../../graph/index.ts'
import { exportProperty, type ModelCard, readCard } from '../card.ts'
import { imageInput, logitsOutput } from '../network.ts'
import { refuseBrokenPromises } from '../promises.ts'
import { answerGraph } from './answer-graph.ts'
import { filmGraph } from './film-graph.ts'

/** What an exported file says of itself, in its metadata under `chestnut.export`. */
export interface ExportCard {
  readonly format: 'chestnut.exported-model/1'
  readonly name: string
  /** SHA-256 of the model file that it was made of. */
  readonly model: string
  readonly classes: readonly string[]
  readonly thresholds: readonly number[]
}

export interface ExportedModel {
  readonly bytes: Uint8Array
  readonly card: ExportCard
}

/**
 * A model file for programs that know nothing of Chestnut: grey levels of one film in, calibrated probabilities out. The contract and
 * the calibration are nodes of its graph, so that nobody has to write them anew.
 *
 * @param model a model file of ours
 */
export function exportedModel(model: Uint8Array): ExportedModel {
  const graph = decode(model)
  const card = readCard(graph)
  refuseBrokenPromises(graph, card)
  const { name, classes, thresholds } = card
  const about: ExportCard = { format: 'chestnut.exported-model/1', name, model: sha256(model), classes, thresholds }
  return { bytes: encode({ ...joined(graph, card), metadata: metadataOf(about) }), card: about }
}

function joined(graph: Graph, { contract, calibration }: ModelCard): Graph {
  const network = withOutputs(graph, [logitsOutput])
  const seeing = append(filmGraph(contract, graph.opset), network, { [imageInput]: imageInput })
  const maps = calibration.map(({ map }) => map)
  const { domains, irVersion, producer } = graph
  return {
    ...append(seeing, answerGraph(maps, graph.opset), { [logitsOutput]: logitsOutput }),
    name: graph.name,
    ...(domains && { domains }),
    ...(irVersion !== undefined && { irVersion }),
    ...(producer && { producer }),
  }
}

/** For people and for other tools: plain texts. */
function metadataOf(card: ExportCard): Readonly<Record<string, string>> {
  const { classes, thresholds } = card
  return {
    [exportProperty]: canonicalJson(card),
    description:
      'Input "film": grey levels of one chest film, uint16 [height, width], black 0, white 65535. Output "probability": one for each finding. Not a medical device.',
    findings: JSON.stringify(Object.fromEntries(classes.map((label, k) => [label, thresholds[k]]))),
  }
}
