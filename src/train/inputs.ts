import type { Program } from '../engine/index.ts'
import { imageInput, type Network } from '../models/index.ts'
import { type BatchSource, frozenPart, frozenSource, imageSource, rowSource } from './batch-source.ts'
import { featuresOf } from './features.ts'
import type { Part } from './learner.ts'
import { loadOptions } from './load-options.ts'
import type { Examples, Plan, TrainData, TrainEvent, TrainTools } from './plan.ts'
import type { Rows } from './rows.ts'
import { splitNetwork } from './split-network.ts'
import { standardised } from './standardise.ts'

/** The trained part's inputs, and the network whose features may have been standardised on the way. */
export interface Inputs {
  readonly network: Network
  readonly training: Part
  readonly validation: Part
  close(): Promise<void>
}

/** Loads the frozen part, if there is one, and computes once what it makes of films that stay the same. */
export async function* prepareInputs(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Inputs, void> {
  const { frozen } = splitNetwork(plan.network)
  if (frozen === undefined) {
    const part = (examples: Examples): Part => ({ examples, source: imageSource(examples) })
    const close = async (): Promise<void> => undefined
    return { network: plan.network, training: part(data.training), validation: part(data.validation), close }
  }
  if (data.features !== undefined) return knownInputs(plan.network, data, data.features)
  const program = await tools.engine.load(frozen, loadOptions(tools))
  const close = async (): Promise<void> => program[Symbol.asyncDispose]()
  let done = false
  try {
    const inputs = yield* frozenInputs(plan.network, data, program, tools)
    done = true
    return { ...inputs, close }
  } finally {
    // A reader that leaves in between ends this generator without an error.
    if (!done) await close()
  }
}

function knownInputs(network: Network, data: TrainData, known: NonNullable<TrainData['features']>): Inputs {
  return {
    network: standardised(network, known.training),
    training: { examples: data.training, source: rowSource(known.training) },
    validation: { examples: data.validation, source: rowSource(known.validation) },
    close: async () => undefined,
  }
}

async function* frozenInputs(
  network: Network,
  { training, validation }: TrainData,
  program: Program,
  { signal }: TrainTools,
): AsyncGenerator<TrainEvent, Omit<Inputs, 'close'>, void> {
  const part = frozenPart(program, imageInput, network.boundary)
  const total = training.count + validation.count
  const rows = yield* featuresOf(training, part, { done: 0, total, signal })
  const others = yield* featuresOf(validation, part, { done: training.count, total, signal })
  const source = (examples: Examples, known: Rows): BatchSource =>
    examples.fixed ? rowSource(known) : frozenSource(examples, part)
  return {
    network: standardised(network, rows),
    training: { examples: training, source: source(training, rows) },
    validation: { examples: validation, source: source(validation, others) },
  }
}
