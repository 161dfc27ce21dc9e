import type { JsonObject } from '../../../core/index.ts'

/** Names of Keras 1, which stand behind the layer's own: `block1_conv1_W_1:0`. Its "running_std" held the variance. */
const oldNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    W: 'kernel',
    b: 'bias',
    gamma: 'gamma',
    beta: 'beta',
    running_mean: 'moving_mean',
    running_std: 'moving_variance',
  }),
)

/** `kernel:0` is kernel; so is `block1_conv1_W_1:0` in layer "block1_conv1". */
export function variableName(name: string, layer: string): string {
  const plain = name.replace(/:\d+$/, '')
  if (!plain.startsWith(`${layer}_`)) return plain
  const old = plain.slice(layer.length + 1).replace(/_\d+$/, '')
  return oldNames.get(old) ?? plain
}

const kernelAndBias = ['kernel', 'bias']
const gammaAndBeta = ['gamma', 'beta']
const cell = ['kernel', 'recurrent_kernel', 'bias']

/** Variables in the order in which Keras 3 numbers them, by class. */
const numbered: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>(
  Object.entries({
    dense: kernelAndBias,
    einsum_dense: kernelAndBias,
    conv1d: kernelAndBias,
    conv2d: kernelAndBias,
    conv3d: kernelAndBias,
    conv1d_transpose: kernelAndBias,
    conv2d_transpose: kernelAndBias,
    conv3d_transpose: kernelAndBias,
    depthwise_conv1d: kernelAndBias,
    depthwise_conv2d: kernelAndBias,
    separable_conv1d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
    separable_conv2d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
    batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
    layer_normalization: gammaAndBeta,
    group_normalization: gammaAndBeta,
    normalization: ['mean', 'variance', 'count'],
    embedding: ['embeddings'],
    p_re_lu: ['alpha'],
    lstm_cell: cell,
    gru_cell: cell,
    simple_rnn_cell: cell,
  }),
)

/** Variables that an option of the layer takes away. */
const options: Readonly<Record<string, string>> = { gamma: 'scale', beta: 'center', bias: 'use_bias' }

/**
 * The names of a layer's numbered variables. A variable that may be missing leaves no gap in the numbers, so without the
 * layer's options some names cannot be known (a BatchNormalization with three variables): the numbers stay then.
 *
 * @param kind the class in the form of `snakeCase`
 * @param config the layer's options, where the file holds them
 */
export function numberedNames(kind: string, count: number, config: JsonObject | undefined): readonly string[] {
  const all = numbered.get(kind) ?? []
  const there = config ? all.filter(name => config[options[name] ?? ''] !== false) : withoutOptions(all, count)
  return there.length === count ? there : Array.from({ length: count }, (_, i) => String(i))
}

function withoutOptions(all: readonly string[], count: number): readonly string[] {
  const always = all.filter(name => options[name] === undefined)
  if (count === always.length) return always
  return all === kernelAndBias || all.at(-1) === 'bias' ? all.slice(0, count) : all
}

/** Keras 3's way from a class to the name of a group: `Conv2D` is conv2d, `BatchNormalization` batch_normalization. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
