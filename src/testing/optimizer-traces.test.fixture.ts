import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Optimizer, packageRoot } from '../core/index.ts'

/** Values by parameter. */
type Values = Readonly<Record<string, readonly number[]>>

/** What src/engine/fixtures/optimizers.py writes: PyTorch's own updates of two parameters. */
export interface OptimizerTraces {
  readonly rate: number
  /** The bound of the clipped traces. */
  readonly clip: number
  readonly shapes: Values
  readonly parameters: Values
  /** One a step. */
  readonly gradients: readonly Values[]
  readonly cases: readonly {
    readonly name: string
    readonly optimizer: Optimizer
    readonly plain: readonly Trace[]
    readonly clipped: readonly Trace[]
  }[]
}

/** The parameters after a step, and the norm of its gradients before clipping. */
type Trace = Values & { readonly norm: number }

export const optimizerTraces: OptimizerTraces = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'engine', 'fixtures', 'optimizers.json'), 'utf8'),
)
