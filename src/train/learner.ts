import { scaleInput } from '../autodiff/index.ts'
import { float32, floats, type Tensors } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import { logitsOutput } from '../models/index.ts'
import type { BatchSource } from './batch-source.ts'
import type { Labelled } from './class-weights.ts'
import { labelsInput, lossOutput, maskInput } from './objective.ts'
import type { Examples } from './plan.ts'

/** Examples and the way to their inputs. */
export interface Part {
  readonly examples: Labelled & Pick<Examples, 'rows'>
  readonly source: BatchSource
}

/** A batch that is ready for the engine. */
export interface Batch {
  readonly inputs: Tensors
  readonly labels: Float32Array
  readonly mask: Float32Array
}

export interface Outcome {
  /** Mean over the batch's labels. */
  readonly loss: number
  readonly logits: Float32Array
}

/** The outcome of a step, before its update. */
export interface StepOutcome extends Outcome {
  /** The Euclidean norm of all gradients, before clipping. */
  readonly gradientNorm: number
  /** A gradient overflowed in mixed precision: there is no update. */
  readonly skipped: boolean
}

/** The trained part at the engine, with its parameters and slots. */
export interface Learner {
  /** One step: forward, backward, update. */
  learn(batch: Batch, rate: number): Promise<StepOutcome>
  /** Forward only. */
  judge(batch: Batch): Promise<Outcome>
  /** The parameters and running statistics as they are now. */
  parameters(): Promise<Tensors>
  /** All that stays at the engine: parameters, slots, running statistics, the count of updates, the scale of the loss. */
  state(): Promise<Tensors>
  /** What the next step multiplies its loss by; undefined where losses are not scaled. */
  lossScale(): Promise<number | undefined>
}

/** The name under which the engine tells the gradients' norm (see `Update`). */
export const normName = 'gradientNorm'

export interface LearnerOptions {
  /** Names of the parameters and running statistics. */
  readonly parameters: readonly string[]
  /** The output that says whether a step counts (see `Update`), in mixed precision. */
  readonly when?: string | undefined
}

export function learner(program: Program, { parameters, when }: LearnerOptions): Learner {
  const outputs = [lossOutput, logitsOutput]
  const outcomeOf = (answer: Tensors): Outcome => ({
    loss: floats(answer[lossOutput]!)[0]!,
    logits: floats(answer[logitsOutput]!),
  })
  return {
    async learn(batch, rate) {
      const answer = await program.run(batch.inputs, { outputs, handOver: true, rate })
      const skipped = when !== undefined && floats(answer[when]!)[0] === 0
      return { ...outcomeOf(answer), gradientNorm: floats(answer[normName]!)[0]!, skipped }
    },
    judge: async batch => outcomeOf(await program.run(batch.inputs, { outputs, handOver: true })),
    parameters: () => program.read(parameters),
    state: () => program.read(),
    async lossScale() {
      if (when === undefined) return undefined
      const { [scaleInput]: scale } = await program.read([scaleInput])
      return floats(scale!)[0]!
    },
  }
}

export interface BatchPlan {
  readonly part: Part
  readonly indices: readonly number[]
  readonly epoch: number
}

export async function makeBatch({ part, indices, epoch }: BatchPlan): Promise<Batch> {
  const size = indices.length
  const labels = gather(part.examples.labels, part.examples.count, indices)
  const mask = gather(part.examples.mask, part.examples.count, indices)
  const shape = [size, size === 0 ? 0 : labels.length / size]
  return {
    labels,
    mask,
    inputs: {
      ...(await part.source.batch(indices, epoch)),
      // Copies: what goes to the engine is given away.
      [labelsInput]: float32(shape, labels.slice()),
      [maskInput]: float32(shape, mask.slice()),
    },
  }
}

function gather(values: Float32Array, count: number, indices: readonly number[]): Float32Array {
  const width = values.length / count
  const rows = new Float32Array(indices.length * width)
  for (const [i, index] of indices.entries()) rows.set(values.subarray(index * width, (index + 1) * width), i * width)
  return rows
}
