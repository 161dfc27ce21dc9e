import { elements, type Tensors } from '../core/index.ts'
import { type Network, standardiseFeatures } from '../models/index.ts'
import type { Rows } from './rows.ts'

/**
 * The network with the mean and deviation of its features over the training part. A network that does not standardise stays as
 * it is.
 */
export function standardised(network: Network, rows: Rows): Network {
  if (network.standardised === undefined) return network
  const width = elements(rows.shape)
  const count = rows.values.length / width
  const mean = new Float64Array(width)
  const variance = new Float64Array(width)
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < width; j++) mean[j]! += rows.values[row * width + j]! / count
  }
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < width; j++) variance[j]! += (rows.values[row * width + j]! - mean[j]!) ** 2 / count
  }
  return standardiseFeatures(network, Float32Array.from(mean), Float32Array.from(variance, Math.sqrt))
}

/** What `standardised` has set, by the names of its weights; empty where nothing is standardised. */
export function standardisation({ standardised: at, graph }: Network): Tensors {
  return at === undefined ? {} : { [at.mean]: graph.weights[at.mean]!, [at.scale]: graph.weights[at.scale]! }
}
