import { gradientName } from '../autodiff/index.ts'
import { Problem, type Tensors } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import { type Graph, withOutputs } from '../graph/index.ts'
import type { Network } from '../models/index.ts'
import { allFinite, firstNotFinite, rowsNotFinite } from './finite.ts'
import type { Images } from './images.ts'
import { type Batch, type Learner, makeBatch, type Outcome, type Part, type StepOutcome } from './learner.ts'
import { labelsInput, lossOutput, maskInput } from './objective.ts'
import type { Plan } from './plan.ts'
import { type TracedValue, trace } from './trace.ts'

/** Ends a training whose numbers are none any more, with where that began. */
export interface NotFinite {
  checkStep(outcome: StepOutcome, at: StepPlace): Promise<void>
  checkJudged(outcome: Outcome, at: JudgedPlace): void
  /** @param epoch after which they were read */
  checkWeights(parameters: Tensors, epoch: number): void
}

export interface StepPlace {
  readonly epoch: number
  /** From 1. */
  readonly step: number
  readonly rate: number
  /** The films of the batch, in the training part. */
  readonly indices: readonly number[]
}

export interface JudgedPlace {
  readonly epoch: number
  readonly indices: readonly number[]
}

export interface NotFiniteOptions {
  readonly plan: Plan
  readonly network: Network
  readonly training: Part
  readonly validation: Part
  readonly learner: Learner
  /** The graph that learns. */
  readonly learning: Graph
  /** Loads it with further outputs, as it is loaded to learn. */
  readonly loadLearning: (graph: Graph) => Promise<Program>
  /** What lies before the trained part: image → boundary. */
  readonly frozen?: FrozenTrace | undefined
}

export interface FrozenTrace {
  readonly graph: Graph
  readonly load: (graph: Graph) => Promise<Program>
  readonly images: Images
}

/** Where it began, and what to do about it if that is not to learn more gently. */
interface Cause {
  readonly text: string
  readonly next?: string
}

export function notFinite(options: NotFiniteOptions): NotFinite {
  const { plan, training, validation, learner } = options
  return {
    async checkStep({ loss, logits, gradientNorm, skipped }, at) {
      const place = `epoch ${at.epoch}, step ${at.step}, at learning rate ${at.rate}`
      const lossIsFinite = Number.isFinite(loss)
      if (lossIsFinite && skipped) return checkScale(await learner.lossScale(), place)
      if (lossIsFinite && Number.isFinite(gradientNorm)) return
      const what = lossIsFinite ? `norm of the gradients is ${gradientNorm}` : `loss is ${loss}`
      const { text, next = gentler(plan, at.rate) } = await causeOf(options, at, lossIsFinite)
      const films = filmsOf(training, at.indices, logits)
      const is = `the ${what} in ${place}, a finite number is wanted`
      throw new Problem(`Cannot go on training: ${is}; ${text}; ${films}`, { next })
    },
    checkJudged({ loss, logits }, { epoch, indices }) {
      if (Number.isFinite(loss)) return
      const films = filmsOf(validation, indices, logits)
      throw new Problem(
        `Cannot go on training: the validation loss is ${loss} after epoch ${epoch}, a finite number is wanted; ${films}`,
        { next: gentler(plan) },
      )
    },
    checkWeights(parameters, epoch) {
      const bad = firstNotFinite(parameters, Object.keys(parameters))
      if (bad === undefined) return
      throw new Problem(`Cannot go on training: parameter "${bad}" is not finite after epoch ${epoch}`, {
        next: gentler(plan),
      })
    },
  }
}

/** What helps where float16 is too small. */
const inFull = "set train: { precision: 'float32' } in chestnut.config.ts, then chestnut train"

/** Gradients that overflow without any scale are too large for float16. */
function checkScale(scale: number | undefined, place: string): void {
  if (scale === undefined || scale >= 1) return
  throw new Problem(
    `Cannot go on training in mixed precision: gradients overflow float16 in ${place}, and the scale of the loss is down to ${scale}, at least 1 is wanted`,
    { next: inFull },
  )
}

/** A lower rate, and a bound for the gradients where there is none. @param rate of the step; undefined: not known */
function gentler({ precision, clip }: Plan, rate?: number): string {
  if (precision === 'mixed') return inFull
  const lower =
    rate === undefined ? 'a lower rate' : `rate: { kind: 'constant', rate: ${Number((rate / 10).toPrecision(2))} }`
  const bound = clip === undefined ? ', clip: { norm: 1 }' : ''
  return `set train: { ${lower}${bound} } in chestnut.config.ts, then chestnut train`
}

/**
 * Looks for the first thing that is no number. A step whose loss is none has changed no weight (see `Update.guard`), so that it can
 * be computed again, slowly.
 */
async function causeOf(options: NotFiniteOptions, at: StepPlace, lossIsFinite: boolean): Promise<Cause> {
  const { network, training, learner } = options
  const state = await learner.state()
  const spoilt = firstNotFinite(state, network.parameters)
  if (spoilt !== undefined) {
    return { text: lossIsFinite ? steep(spoilt) : `parameter "${spoilt}" has not been finite since the step before` }
  }
  const batch = await makeBatch({ part: training, indices: at.indices, epoch: at.epoch })
  return (await causeInInputs(options, batch, at)) ?? (await causeInGraph(options, batch, state))
}

async function causeInInputs(
  { frozen, network }: NotFiniteOptions,
  batch: Batch,
  { indices, epoch }: StepPlace,
): Promise<Cause | undefined> {
  const given = Object.entries(batch.inputs).find(
    ([name, { dtype }]) => dtype === 'float32' && name !== labelsInput && name !== maskInput,
  )
  const bad = given === undefined ? [] : rowsNotFinite(given[1]).map(row => indices[row]!)
  if (bad.length === 0) return undefined
  const found = frozen && (await firstBadFrozen(frozen, bad, epoch))
  if (found !== undefined) {
    return {
      text: `the first value that is not finite is ${shown(found)} of the frozen part`,
      next: 'give the backbone another file of weights, then chestnut train',
    }
  }
  return {
    text: `what the network is given as "${network.boundary}" is not finite`,
    next: 'take these films out of the table, then chestnut run',
  }
}

async function firstBadFrozen(
  { graph, load, images }: FrozenTrace,
  indices: readonly number[],
  epoch: number,
): Promise<TracedValue | undefined> {
  const traced = trace(graph)
  await using program = await load(traced.graph)
  return traced.firstBad(await program.run(await images(indices, epoch), { outputs: traced.outputs }))
}

/** On the way to the loss, or on the way back. */
async function causeInGraph(
  { learning, loadLearning, network }: NotFiniteOptions,
  batch: Batch,
  state: Tensors,
): Promise<Cause> {
  const forward = withOutputs(learning, [lossOutput]).nodes.flatMap(node => node.outputs)
  const gradients = new Map(network.parameters.map(name => [gradientName(name), name]))
  const traced = trace(learning, new Set([...forward, ...gradients.keys()]))
  await using program = await loadLearning(traced.graph)
  await program.write(state)
  const found = traced.firstBad(await program.run(batch.inputs, { outputs: traced.outputs, rate: 0 }))
  if (found === undefined) return { text: 'computed again, every value of this step is finite' }
  const parameter = gradients.get(found.name)
  return { text: parameter === undefined ? `the first value that is not finite is ${shown(found)}` : steep(parameter) }
}

function steep(parameter: string): string {
  return `every value on the way to the loss is finite, but the gradient of parameter "${parameter}" is not`
}

function shown({ name, op }: TracedValue): string {
  return `"${name}" (${op})`
}

/** Of a batch the films whose answer is no number; all of them, where it is a number for each. */
function filmsOf(part: Part, indices: readonly number[], logits: Float32Array): string {
  const classes = logits.length / indices.length
  const bad = indices.filter((_, i) => !allFinite(logits.subarray(i * classes, (i + 1) * classes)))
  return bad.length === 0
    ? `the batch: ${rowsText(part, indices)}`
    : `no number is the answer to ${rowsText(part, bad)}`
}

/** So many are named. */
const mostRows = 16

/** Films by the rows of their table: neither names nor patients. */
function rowsText({ examples }: Part, indices: readonly number[]): string {
  const places = indices.map(index => examples.rows?.[index] ?? index).sort((a, b) => a - b)
  const named = places.slice(0, mostRows).join(', ')
  const rest = places.length > mostRows ? ` and ${places.length - mostRows} more` : ''
  const [noun, whole] = examples.rows === undefined ? ['film', 'part'] : ['row', 'table']
  return `${noun}${places.length === 1 ? '' : 's'} ${named}${rest} of the ${whole}`
}
