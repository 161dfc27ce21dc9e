import { floats, throwIfAborted } from '../core/index.ts'
import { logitsOutput, type Network } from '../models/index.ts'
import { plainBatches } from './batches.ts'
import { openSource } from './feature-source.ts'
import { computeFeatures, type Features } from './features.ts'
import { frozenPart } from './frozen-part.ts'
import { loadOptions } from './load-options.ts'
import type { Examples, TrainEvent, TrainTools } from './plan.ts'
import { splitNetwork } from './split-network.ts'

/** Rows that a trained part answers at a time. */
const atATime = 256

/**
 * What a network's frozen part makes of every example, in each variant of a pool, for trainings that share it, such as the folds of
 * a cross-validation. The caller disposes of it.
 *
 * @returns undefined when the network is trained from its image on, the examples differ from epoch to epoch without end, or
 * there is no room
 */
export async function* frozenFeatures(
  network: Network,
  examples: Examples,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Features | undefined, void> {
  const { frozen } = splitNetwork(network)
  if (frozen === undefined) return undefined
  const part = frozenPart(frozen, tools)
  const source = await openSource(examples, { frozen: part, tools, inGraph: false })
  if (source === undefined) return undefined
  // The part may be at work again, for rows that turn out to be damaged.
  const close = async (): Promise<void> => {
    await part[Symbol.asyncDispose]()
    await source.store[Symbol.asyncDispose]()
  }
  let done = false
  try {
    const [features] = yield* computeFeatures([source])
    await part.rest()
    done = true
    return features && { ...features, [Symbol.asyncDispose]: close }
  } finally {
    if (!done) await close()
  }
}

/** The features of some films, in the order asked for. They live as long as those that they are taken from. */
export function pickFilms(features: Features, films: readonly number[]): Features {
  return {
    ...features,
    films: films.length,
    read: wanted => features.read(wanted.map(({ film, variant }) => ({ film: films[film] ?? -1, variant }))),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** The logits [films × classes] that a network's trained part gives to the first variant of films. */
export async function logitsOfFeatures(network: Network, features: Features, tools: TrainTools): Promise<Float32Array> {
  const { tail, input } = splitNetwork({ ...network, dropouts: [] })
  await using program = await tools.engine.load(tail, loadOptions(tools))
  const logits: number[] = []
  for (const batch of plainBatches(features.films, atATime)) {
    throwIfAborted(tools.signal)
    const rows = await features.read(batch.map(film => ({ film, variant: 0 })))
    logits.push(...floats((await program.run({ [input]: rows }, { handOver: true }))[logitsOutput]!))
  }
  return Float32Array.from(logits)
}
