import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Optimizer, packageRoot } from '../core/index.ts'

/** Values by parameter. */
type Values = Readonly<Record<string, readonly number[]>>

/** What src/engine/fixtures/optimizers.py and optimizers-keras.py write: PyTorch's and Keras' own updates of two parameters. */
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

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(packageRoot(), 'src', 'engine', 'fixtures', name), 'utf8')) as T
}

const torch = read<OptimizerTraces>('optimizers.json')
const keras = read<Pick<OptimizerTraces, 'cases'>>('optimizers-keras.json')
const named = (whose: string, { cases }: Pick<OptimizerTraces, 'cases'>): OptimizerTraces['cases'] =>
  cases.map(one => ({ ...one, name: `${whose} ${one.name}` }))

export const optimizerTraces: OptimizerTraces = {
  ...torch,
  cases: [...named("PyTorch's", torch), ...named("Keras'", keras)],
}
