import type { Network } from '../models/index.ts'
import { type BatchSource, featureSource, frozenSource, imageSource } from './batch-source.ts'
import { openSource, roomSentence, type SourceOptions, sourceInMemory } from './feature-source.ts'
import { computeFeatures, type FeatureSource, type Features } from './features.ts'
import { frozenPart } from './frozen-part.ts'
import { imagesOf } from './images.ts'
import type { Part } from './learner.ts'
import type { Examples, Plan, TrainData, TrainEvent, TrainTools } from './plan.ts'
import { splitNetwork } from './split-network.ts'
import { standardised } from './standardise.ts'

/** The trained part's inputs, and the network whose features may have been standardised on the way. */
export interface Inputs {
  readonly network: Network
  readonly training: Part
  readonly validation: Part
  close(): Promise<void>
}

/**
 * Computes once what the frozen part, if there is one, makes of films that stay the same or come in a few variants, unless it is
 * kept from before. For other films it runs on each batch.
 *
 * @param inGraph whether films are changed in the graph
 */
export async function* prepareInputs(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
  inGraph: boolean,
): AsyncGenerator<TrainEvent, Inputs, void> {
  const { frozen, input } = splitNetwork(plan.network, { augments: inGraph, choices: plan.choices })
  if (frozen === undefined) {
    const part = (examples: Examples): Part => ({ examples, source: imageSource(imagesOf(examples, inGraph)) })
    const close = async (): Promise<void> => undefined
    return { network: plan.network, training: part(data.training), validation: part(data.validation), close }
  }
  if (data.features !== undefined) return knownInputs(plan, data, data.features, input)
  const opened: AsyncDisposable[] = []
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
  }
  const part = frozenPart(frozen, tools)
  opened.push(part)
  let done = false
  try {
    const inputs = yield* frozenInputs(plan, data, { frozen: part, tools, inGraph }, opened)
    done = true
    return { ...inputs, close }
  } finally {
    // A reader that leaves in between ends this generator without an error.
    if (!done) await close()
  }
}

async function knownInputs(
  { network, seed }: Plan,
  data: TrainData,
  known: NonNullable<TrainData['features']>,
  input: string,
): Promise<Inputs> {
  return {
    network: await standardised(network, known.training),
    training: { examples: data.training, source: featureSource(known.training, input, seed) },
    validation: { examples: data.validation, source: featureSource(known.validation, input, seed) },
    close: async () => undefined,
  }
}

/** @param opened what is to be disposed of in the end */
async function* frozenInputs(
  { network, seed }: Plan,
  data: TrainData,
  options: SourceOptions,
  opened: AsyncDisposable[],
): AsyncGenerator<TrainEvent, Omit<Inputs, 'close'>, void> {
  const { frozen, inGraph } = options
  const sourceOf = async (examples: Examples): Promise<FeatureSource | undefined> => {
    const source = await openSource(examples, options)
    if (source !== undefined) opened.push(source.store)
    return source
  }
  const training = await sourceOf(data.training)
  const validation = await sourceOf(data.validation)
  for (const [examples, source] of [[data.training, training] as const, [data.validation, validation] as const]) {
    if (!examples.fixed || source !== undefined) continue
    yield { kind: 'warning', text: `The frozen part runs again in each epoch: ${roomSentence(examples, options)}` }
  }
  // A linear head wants the statistics of films that change, too: those of the first look at them.
  const first = network.standardised === undefined ? undefined : sourceInMemory(data.training, options)
  const [learned, judged] = yield* computeFeatures([training ?? first, validation])
  const source = (examples: Examples, features: Features | undefined): BatchSource =>
    features === undefined
      ? frozenSource(imagesOf(examples, inGraph), frozen)
      : featureSource(features, frozen.output, seed)
  // The tail needs the memory now.
  if (training !== undefined && validation !== undefined) await frozen.rest()
  return {
    network: learned === undefined ? network : await standardised(network, learned),
    training: { examples: data.training, source: source(data.training, training && learned) },
    validation: { examples: data.validation, source: source(data.validation, judged) },
  }
}
