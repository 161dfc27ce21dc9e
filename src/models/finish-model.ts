import type { Engine } from '../engine/index.ts'
import { encode } from '../graph/index.ts'
import { uncalibrated } from './calibration.ts'
import { type ModelCard, writeCard } from './card.ts'
import { type Classifier, type ClassifierOptions, classifierOf } from './classifier.ts'
import { explanationOf } from './explanation.ts'
import { goldenTolerance, goldenVectors } from './golden.ts'
import type { Network } from './network.ts'

type FromNetwork = 'contract' | 'boundary' | 'explain' | 'heatFrom' | 'explanation'

export type CardFacts = Omit<ModelCard, 'format' | FromNetwork | 'golden' | 'goldenTolerance'>

/** The model file of a trained network: its graph, with everything that is needed to answer as it was judged. */
export async function finishModel(network: Network, facts: CardFacts, engine: Engine): Promise<Uint8Array> {
  const card: ModelCard = {
    format: 'chestnut.model/2',
    ...facts,
    ...fromNetwork(network),
    explanation: explanationOf(network.graph, { ...network, classes: facts.classes }),
    golden: [],
    goldenTolerance,
  }
  const producer = { name: 'chestnut', version: String(facts.provenance['chestnut'] ?? '') }
  // What other tools wrote beside the backbone, such as the paths of their machine, stays behind.
  const graph = { ...network.graph, name: facts.name, producer, metadata: {} }
  await using classifier = await classifierOf(graph, card, '', engine)
  return encode(writeCard(graph, { ...card, golden: await goldenVectors(classifier) }))
}

/** What a card takes from its network. */
function fromNetwork({
  contract,
  boundary,
  explain,
  heatFrom,
}: Network): Pick<ModelCard, Exclude<FromNetwork, 'explanation'>> {
  return { contract, boundary, explain, ...(heatFrom && { heatFrom }) }
}

/** A trained network as a classifier before its calibration and thresholds are known, so that they can be chosen. */
export function draftClassifier(
  network: Network,
  classes: readonly string[],
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const card: ModelCard = {
    format: 'chestnut.model/2',
    name: 'draft',
    classes,
    ...fromNetwork(network),
    thresholds: classes.map(() => 0.5),
    calibration: classes.map(() => uncalibrated),
    dataset: '',
    metrics: {},
    golden: [],
    goldenTolerance,
    provenance: {},
  }
  return classifierOf(network.graph, card, '', engine, options)
}
