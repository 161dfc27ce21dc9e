import type { Program } from '../engine/index.ts'
import type { Graph } from '../graph/index.ts'
import type { Network } from '../models/index.ts'
import { type BatchSource, frozenPart, frozenSource, imageSource, rowSource } from './batch-source.ts'
import { featuresOf } from './features.ts'
import { type Images, imagesOf } from './images.ts'
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

/** Features beyond this are not kept in memory: 4 GiB. */
const mostBytes = 2 ** 32

/**
 * Loads the frozen part, if there is one, and computes once what it makes of films that stay the same.
 *
 * @param inGraph whether films are changed in the graph
 */
export async function* prepareInputs(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
  inGraph: boolean,
): AsyncGenerator<TrainEvent, Inputs, void> {
  const { frozen } = splitNetwork(plan.network, inGraph)
  const images = (examples: Examples): Images => imagesOf(examples, inGraph)
  if (frozen === undefined) {
    const part = (examples: Examples): Part => ({ examples, source: imageSource(images(examples)) })
    const close = async (): Promise<void> => undefined
    return { network: plan.network, training: part(data.training), validation: part(data.validation), close }
  }
  if (data.features !== undefined) return knownInputs(plan.network, data, data.features)
  const program = await tools.engine.load(frozen, loadOptions(tools))
  const close = async (): Promise<void> => program[Symbol.asyncDispose]()
  let done = false
  try {
    const inputs = yield* frozenInputs(plan.network, data, { program, images, rowBytes: rowBytesOf(frozen) }, tools)
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
    training: { examples: data.training, source: rowSource(known.training, network.boundary) },
    validation: { examples: data.validation, source: rowSource(known.validation, network.boundary) },
    close: async () => undefined,
  }
}

interface LoadedFrozen {
  readonly program: Program
  readonly images: (examples: Examples) => Images
  /** What one film's features take. */
  readonly rowBytes: number
}

/**
 * Keeps what the frozen part makes of films that are the same in every epoch, if it fits; the training part's is also wanted for
 * the statistics of a linear head. The rest is computed batch by batch.
 */
async function* frozenInputs(
  network: Network,
  data: TrainData,
  frozen: LoadedFrozen,
  { signal }: TrainTools,
): AsyncGenerator<TrainEvent, Omit<Inputs, 'close'>, void> {
  const part = frozenPart(frozen.program, network.boundary)
  const keeps = (examples: Examples): boolean => examples.fixed && examples.count * frozen.rowBytes <= mostBytes
  const learns = network.standardised !== undefined || keeps(data.training)
  const total = (learns ? data.training.count : 0) + (keeps(data.validation) ? data.validation.count : 0)
  const done = total - (keeps(data.validation) ? data.validation.count : 0)
  const features = (examples: Examples, before: number): AsyncGenerator<TrainEvent, Rows, void> =>
    featuresOf(frozen.images(examples), part, { count: examples.count, done: before, total, signal })
  const training = learns ? yield* features(data.training, 0) : undefined
  const validation = keeps(data.validation) ? yield* features(data.validation, done) : undefined
  const source = (examples: Examples, rows: Rows | undefined): BatchSource =>
    rows !== undefined && keeps(examples)
      ? rowSource(rows, network.boundary)
      : frozenSource(frozen.images(examples), part)
  return {
    network: training === undefined ? network : standardised(network, training),
    training: { examples: data.training, source: source(data.training, training) },
    validation: { examples: data.validation, source: source(data.validation, validation) },
  }
}

/** A size that is not known counts as 1. */
function rowBytesOf(frozen: Graph): number {
  const [, ...sizes] = frozen.outputs[0]?.shape ?? []
  return sizes.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 4)
}
