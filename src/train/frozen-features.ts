import { floats, throwIfAborted } from '../core/index.ts'
import { logitsOutput, type Network } from '../models/index.ts'
import { frozenPart, rowSource } from './batch-source.ts'
import { plainBatches } from './batches.ts'
import { featuresOf } from './features.ts'
import { imagesOf } from './images.ts'
import { loadOptions } from './load-options.ts'
import type { Examples, TrainEvent, TrainTools } from './plan.ts'
import type { Rows } from './rows.ts'
import { splitNetwork } from './split-network.ts'

/** Rows that a trained part answers at a time. */
const atATime = 256

/**
 * What a network's frozen part makes of every example, for trainings that share it, such as the folds of a cross-validation.
 *
 * @returns undefined when the network is trained from its image on, or the examples differ from epoch to epoch
 */
export async function* frozenFeatures(
  network: Network,
  examples: Examples,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Rows | undefined, void> {
  const { frozen } = splitNetwork(network)
  if (frozen === undefined || !examples.fixed) return undefined
  await using program = await tools.engine.load(frozen, loadOptions(tools))
  const part = frozenPart(program, network.boundary)
  const { count } = examples
  return yield* featuresOf(imagesOf(examples, false), part, { count, done: 0, total: count, signal: tools.signal })
}

/** Some of the rows, in the order asked for. */
export function pickRows(rows: Rows, indices: readonly number[]): Rows {
  const width = rows.shape.reduce((product, size) => product * size, 1)
  const values = new Float32Array(indices.length * width)
  for (const [i, index] of indices.entries()) {
    values.set(rows.values.subarray(index * width, (index + 1) * width), i * width)
  }
  return { values, shape: rows.shape }
}

/** The logits [rows × classes] that a network's trained part gives to features. */
export async function logitsOfFeatures(network: Network, rows: Rows, tools: TrainTools): Promise<Float32Array> {
  const { tail, input } = splitNetwork({ ...network, dropouts: [] })
  await using program = await tools.engine.load(tail, loadOptions(tools))
  const width = rows.shape.reduce((product, size) => product * size, 1)
  const source = rowSource(rows, input)
  const logits: number[] = []
  for (const batch of plainBatches(rows.values.length / width, atATime)) {
    throwIfAborted(tools.signal)
    const answer = await program.run(await source.batch(batch, 0))
    logits.push(...floats(answer[logitsOutput]!))
  }
  return Float32Array.from(logits)
}
