import { canonicalJson, checkStamp, Problem } from '../core/index.ts'
import type { Graph } from '../graph/index.ts'
import { type Contract, contract } from '../imaging/index.ts'
import type { CalibrationMap } from './calibration.ts'

/** What a model must answer to a drawn film, to show that it and its machine still work as when it was made. */
export interface GoldenVector {
  /** Number of the phantom among the golden ones. */
  readonly phantom: number
  readonly probabilities: readonly number[]
}

/** What a model file says of itself, as canonical JSON in its metadata under `chestnut`. Nothing of it names a patient. */
export interface ModelCard {
  readonly format: 'chestnut.model/1'
  readonly name: string
  readonly classes: readonly string[]
  /** How a film becomes the network's input. */
  readonly contract: Contract
  /** The value where the trained part begins. */
  readonly boundary: string
  /** The value [N, C, h, w] that heat maps explain. */
  readonly explain: string
  /** One a class: positive from this probability on. */
  readonly thresholds: readonly number[]
  /** One a class. */
  readonly calibration: readonly CalibrationMap[]
  /** Digest of the films, labels and parts that it was trained on. */
  readonly dataset: string
  readonly metrics: Readonly<Record<string, number>>
  readonly golden: readonly GoldenVector[]
  /** Largest difference of a probability that another kind of processor may make. */
  readonly goldenTolerance: number
  readonly provenance: Readonly<Record<string, string | number>>
}

const property = 'chestnut'

export function writeCard(graph: Graph, card: ModelCard): Graph {
  return { ...graph, metadata: { ...graph.metadata, [property]: canonicalJson(card) } }
}

/** @throws Problem when the file is no model of ours, or one of a newer Chestnut */
export function readCard(graph: Graph): ModelCard {
  const text = graph.metadata[property]
  if (text === undefined) {
    throw new Problem(
      `Cannot use the graph "${graph.name}" as a classifier: it holds no contract, wanted a model that Chestnut trained`,
      { next: 'name it as a backbone: onnx({ path }), then chestnut run' },
    )
  }
  const card = JSON.parse(text) as ModelCard
  checkStamp(card.format, 'model', 1)
  const classes = card.classes.length
  if (card.thresholds.length !== classes || card.calibration.length !== classes) {
    throw new Problem(
      `Cannot use the model "${card.name}": it has ${classes} classes but other numbers of thresholds or maps`,
    )
  }
  return { ...card, contract: contract(card.contract) }
}
