import { isJsonObject, scalar } from '../../core/index.ts'
import { type Attributes, type Builder, float, int } from '../../graph/index.ts'

type Writer = (builder: Builder, from: string, name: string) => string

const op =
  (name: string, attributes: Attributes = {}): Writer =>
  (builder, from, wanted) =>
    builder.node(name, [from], attributes, { name: wanted })

const clipped: Writer = (builder, from, name) =>
  builder.node('Clip', [from, builder.constant(scalar(0)), builder.constant(scalar(6))], {}, { name })

const swish: Writer = (builder, from, name) =>
  builder.node('Mul', [from, builder.node('Sigmoid', [from])], {}, { name })

/** Activations by the names that Keras gives them. Softmax goes over the last axis, which is ours for lists only. */
const writers: ReadonlyMap<string, Writer> = new Map(
  Object.entries({
    relu: op('Relu'),
    relu6: clipped,
    sigmoid: op('Sigmoid'),
    tanh: op('Tanh'),
    softmax: op('Softmax', { axis: int(-1) }),
    softplus: op('Softplus'),
    elu: op('Elu', { alpha: float(1) }),
    selu: op('Selu'),
    swish,
    silu: swish,
  }),
)

/** @returns undefined for an activation that is not known; the value itself for `linear` */
export function activated(builder: Builder, from: string, activation: unknown, name: string): string | undefined {
  const word = activationName(activation)
  return word === 'linear' ? from : writers.get(word)?.(builder, from, name)
}

/** `"relu"`, or Keras 3's `{ class_name: "function", config: "relu" }`. */
export function activationName(activation: unknown): string {
  if (activation === null || activation === undefined) return 'linear'
  if (typeof activation === 'string') return activation
  return isJsonObject(activation) && typeof activation['config'] === 'string'
    ? activation['config']
    : String(activation)
}
