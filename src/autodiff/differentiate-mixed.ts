import { scalar, type Tensors } from '../core/index.ts'
import { type Builder, build, type Graph, inMixedPrecision, int, operators, renameValues } from '../graph/index.ts'
import { differentiate, gradientName } from './differentiate.ts'

/**
 * What the loss is multiplied by, so that small gradients are numbers of float16 too (Micikevicius et al. 2018, section 3.2).
 * Dynamic: halved where a gradient overflows, and that step is skipped; doubled after steps without one.
 */
export interface LossScaling {
  readonly kind: 'dynamic'
  /** Default 2¹⁶. */
  readonly start?: number
  /** How many good steps in a row double it. Default 2000. */
  readonly patience?: number
}

export interface DifferentiateMixedOptions {
  /** The value to differentiate: float32, of one element. */
  readonly loss: string
  /** Float32 inputs or weights. */
  readonly of: readonly string[]
  /** Default: dynamic, with its defaults. */
  readonly scaling?: LossScaling | undefined
}

export interface MixedGraph {
  /** Loss and gradients, as `differentiate` gives them: float32, and not scaled. */
  readonly graph: Graph
  /** The output that is 1 where all gradients are finite, and 0 in a step that has to be skipped: a float32 scalar. */
  readonly when: string
  /** Input ← output: the scale and the count of good steps, float32 scalars that go from step to step. */
  readonly state: Readonly<Record<string, string>>
  /** What they start with. */
  readonly initial: Tensors
}

/** The inputs that mixed precision adds. */
export const scaleInput = 'lossScale'
export const goodStepsInput = 'goodSteps'

/** Above it nothing is won, and a loss of 0 would double the scale for ever. */
const mostScale = 2 ** 24
/** The largest sum of squares that is still a number of float32. */
const mostSquares = 3e38

/**
 * `differentiate`, in mixed precision: products in float16 (see `inMixedPrecision`), parameters, losses, sums and all that an
 * update does in float32.
 */
export function differentiateMixed(
  graph: Graph,
  { loss, of, scaling = { kind: 'dynamic' } }: DifferentiateMixedOptions,
): MixedGraph {
  const { start = 2 ** 16, patience = 2000 } = scaling
  const builder = build(graph.name, graph)
  const scale = builder.input({ name: scaleInput, dtype: 'float32', shape: [] })
  const scaled = builder.node('Mul', [loss, scale])
  const learning = inMixedPrecision(differentiate(builder.finish(), { loss: scaled, of }))
  const plain = withoutScale(learning, of)
  const good = plain.input({ name: goodStepsInput, dtype: 'float32', shape: [] })
  const { when, next } = scaleNodes(plain, of.map(gradientName), { good, patience })
  return {
    graph: plain.finish(),
    when,
    state: next,
    initial: { [scaleInput]: scalar(start), [goodStepsInput]: scalar(0) },
  }
}

/** Divides the gradients by the scale, under their own names. */
function withoutScale(learning: Graph, of: readonly string[]): Builder {
  const gradients = new Set(of.map(gradientName))
  const scaledName = (name: string): string => `scaled ${name}`
  const outputs = learning.outputs.filter(({ name }) => !gradients.has(name))
  const renamed = renameValues(
    { ...learning, outputs },
    Object.fromEntries([...gradients].map(name => [name, scaledName(name)])),
  )
  const builder = build(learning.name, renamed)
  for (const name of gradients) builder.output(builder.node('Div', [scaledName(name), scaleInput], {}, { name }))
  return builder
}

/** Whether all gradients are finite, and the scale and the count of the next step. */
function scaleNodes(
  builder: Builder,
  gradients: readonly string[],
  { good, patience }: { readonly good: string; readonly patience: number },
): { readonly when: string; readonly next: Readonly<Record<string, string>> } {
  const operator = operators(builder)
  const squares = gradients.map(name =>
    builder.node('ReduceSum', [builder.node('Mul', [name, name])], { keepdims: int(0) }),
  )
  // Nothing is at most a bound that is infinite or no number: a comparison that a shader computes too.
  const finite = operator('LessOrEqual', operator('Sum', ...squares), mostSquares)
  const count = operator('Add', good, 1)
  const enough = operator('GreaterOrEqual', count, patience)
  const doubled = operator('Min', operator('Mul', scaleInput, 2), mostScale)
  const scale = operator(
    'Where',
    finite,
    operator('Where', enough, doubled, scaleInput),
    operator('Mul', scaleInput, 0.5),
  )
  const steps = operator('Where', finite, operator('Where', enough, 0, count), 0)
  const when = operator('Where', finite, 1, 0)
  for (const output of [when, scale, steps]) builder.output(output)
  return { when, next: { [scaleInput]: scale, [goodStepsInput]: steps } }
}
