import { floats, type Tensors } from '../core/index.ts'
import { type Network, standardiseFeatures } from '../models/index.ts'
import { plainBatches } from './batches.ts'
import type { Features } from './features.ts'
import { variantAt } from './variant.ts'

/** Rows that are read at a time. */
const atATime = 64

/**
 * The network with the mean and deviation of its features over the training part, in all variants of its films. A network that does
 * not standardise stays as it is.
 */
export async function standardised(network: Network, features: Features): Promise<Network> {
  if (network.standardised === undefined) return network
  const means = await meanOf(features, value => value)
  const variances = await meanOf(features, (value, j) => (value - means[j]!) ** 2)
  return standardiseFeatures(network, Float32Array.from(means), Float32Array.from(variances, Math.sqrt))
}

/** The mean of a number over all rows, for each column. */
async function meanOf(features: Features, of: (value: number, column: number) => number): Promise<Float64Array> {
  const count = features.films * features.variants
  let mean = new Float64Array(0)
  for (const rows of plainBatches(count, atATime)) {
    const batch = await features.read(rows.map(row => variantAt(row, features.variants)))
    const values = floats(batch)
    const width = values.length / rows.length
    if (mean.length === 0) mean = new Float64Array(width)
    for (let i = 0; i < values.length; i++) mean[i % width]! += of(values[i]!, i % width) / count
  }
  return mean
}

/** What `standardised` has set, by the names of its weights; empty where nothing is standardised. */
export function standardisation({ standardised: at, graph }: Network): Tensors {
  return at === undefined ? {} : { [at.mean]: graph.weights[at.mean]!, [at.scale]: graph.weights[at.scale]! }
}
