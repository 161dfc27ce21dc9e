import { type Contract, contract } from '../../imaging/index.ts'
import type { Network } from '../network.ts'
import { type KerasSource, kerasGraph } from './keras-graph.ts'

/**
 * How a model of the guide "Machine Learning in the Cloud" sees its films. `training`: pixels from 0 to 1, as it was trained.
 * `as-served`: 0 to 255, as the guide's server feeds it, which leaves out the division by 255.
 */
export type KerasContract = 'training' | 'as-served'

interface Ways extends Pick<Contract, 'range'> {
  /** Positive from this probability on. */
  readonly threshold: number
}

const ways: Readonly<Record<KerasContract, Ways>> = {
  training: { range: [0, 1], threshold: 0.5 },
  'as-served': { range: [0, 255], threshold: 0.51 },
}

/** A trained Keras classifier, ready to be made a model. */
export interface KerasNetwork {
  readonly network: Network
  /** How many findings it answers for. */
  readonly classes: number
  readonly threshold: number
}

/** Both contracts take one pixel for each of the image's, as Keras' `load_img` and `flow_from_dataframe` do unless told otherwise. */
export function kerasNetwork(source: KerasSource, name: KerasContract): KerasNetwork {
  const { graph, size, channels, classes, explain } = kerasGraph(source)
  const { range, threshold } = ways[name]
  return {
    network: {
      graph,
      contract: contract({ size, channels, range, interpolation: 'nearest' }),
      boundary: explain,
      frozenEnd: explain,
      explain,
      parameters: [],
      dropouts: [],
    },
    classes,
    threshold,
  }
}
