import type { Graph, Shape } from '../graph/index.ts'
import type { Contract } from '../imaging/index.ts'
import type { BatchNorm } from './batch-norms.ts'
import type { Pool } from './specs.ts'

/** The name of the input that every network of ours takes: float32 [N, C, S, S]. */
export const imageInput = 'image'
/** The name of the output that every network of ours gives: float32 [N, classes]. */
export const logitsOutput = 'logits'

/** A place where training drops a share of a value. */
export interface Dropout {
  readonly value: string
  readonly rate: number
}

/** Features that are brought to mean 0 and deviation 1 before the last layer; both are weights that no gradient changes. */
export interface Standardised {
  /** float32 [N, F] */
  readonly features: string
  /** Weight [F]: what is subtracted. */
  readonly mean: string
  /** Weight [F]: what is multiplied, 1 / deviation. */
  readonly scale: string
}

/** A network that can be trained: image [N, C, S, S] → logits [N, K]. */
export interface Network {
  readonly graph: Graph
  readonly contract: Contract
  /** The value where the trained part begins; everything before it may be computed once a film. */
  readonly boundary: string
  /** The value [N, C, h, w] that a heat map explains. */
  readonly explain: string
  /** Weights that are trained. */
  readonly parameters: readonly string[]
  readonly dropouts: readonly Dropout[]
  readonly standardised?: Standardised | undefined
  /** Batch normalisations that learn from the statistics of their batches. Default: none. */
  readonly batchNorms?: readonly BatchNorm[] | undefined
}

/** Backbone up to its last spatial value. */
export interface Backbone {
  readonly graph: Graph
  readonly contract: Contract
  /** Value [N, C, h, w] that the head stands on. */
  readonly features: string
  readonly featureShape: Shape
  readonly explain: string
  /** How a linear head sums it up unless told. */
  readonly pool: Pool
  /** The value where training begins; undefined when all of it is frozen. */
  readonly trainFrom: string | undefined
  readonly parameters: readonly string[]
  readonly batchNorms?: readonly BatchNorm[] | undefined
}
