import { float32, int64, scalar, type Tensor } from '../../core/index.ts'
import { type Attributes, float, int } from '../../graph/index.ts'
import { ones, zeros } from '../initial-weights.ts'
import { permuted } from '../networks/permuted.ts'
import { activated, activationName } from './activations.ts'
import {
  firstChannels,
  flat,
  imageSizes,
  type KerasCall,
  type KerasValue,
  lastChannels,
  listed,
  only,
  sizesOf,
} from './keras-value.ts'
import { pair, windowed } from './windows.ts'

type LayerWriter = (call: KerasCall) => KerasValue

/** What each class of layer becomes, for inference. A class that is not here is refused by name. */
export const layerWriters: ReadonlyMap<string, LayerWriter> = new Map<string, LayerWriter>(
  Object.entries({
    Activation: call => ({ name: activate(call, only(call), call.config['activation']) }),
    ActivityRegularization: unchanged,
    Add: call => joined(call, 'Add'),
    AlphaDropout: unchanged,
    AveragePooling2D: call => pooled(call, 'AveragePool'),
    BatchNormalization: batchNormalization,
    Concatenate: concatenate,
    Conv2D: convolution,
    Dense: dense,
    DepthwiseConv2D: depthwise,
    Dropout: unchanged,
    Flatten: flatten,
    GaussianDropout: unchanged,
    GaussianNoise: unchanged,
    GlobalAveragePooling2D: call => globallyPooled(call, 'GlobalAveragePool'),
    GlobalMaxPooling2D: call => globallyPooled(call, 'GlobalMaxPool'),
    LeakyReLU: call => ({ name: leaky(call, number(call, ['negative_slope', 'alpha'], 0.3)) }),
    MaxPooling2D: call => pooled(call, 'MaxPool'),
    Multiply: call => joined(call, 'Mul'),
    ReLU: relu,
    Rescaling: rescaling,
    Reshape: reshape,
    SeparableConv2D: separable,
    Softmax: call => ({ name: activate(call, only(call), 'softmax') }),
    SpatialDropout2D: unchanged,
    ZeroPadding2D: zeroPadding,
  }),
)

/** Inputs beyond the two that most layers join are joined one after the other. */
function joined(call: KerasCall, op: 'Add' | 'Mul'): KerasValue {
  const [first = '', ...others] = call.inputs.map(input => listed(call.builder, input))
  return { name: others.reduce((sum, value) => call.builder.node(op, [sum, value], {}, { name: call.name }), first) }
}

function unchanged({ inputs, refuse }: KerasCall): KerasValue {
  return inputs[0] ?? refuse('it has no input')
}

function node(call: KerasCall, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
  return call.builder.node(op, inputs, attributes, { name: call.name })
}

function activate(call: KerasCall, from: string, activation: unknown): string {
  const { builder, name } = call
  if (activationName(activation) === 'softmax' && sizesOf(builder, from).length !== 2) {
    call.refuse('its softmax runs over an image, a list of numbers was wanted')
  }
  return (
    activated(builder, from, activation, name) ??
    call.refuse(`the activation "${activationName(activation)}" is not known`)
  )
}

function number({ config }: KerasCall, names: readonly string[], otherwise: number): number {
  const value = names.map(name => config[name]).find(each => typeof each === 'number')
  return typeof value === 'number' ? value : otherwise
}

const hasBias = (call: KerasCall): boolean => call.config['use_bias'] !== false

/** The bias as a convolution's third input, or nothing. */
function biasOf(call: KerasCall, filters: number): readonly string[] {
  return hasBias(call) ? [call.weight('bias', () => call.variable('bias', [filters]))] : []
}

function convolution(call: KerasCall): KerasValue {
  const { from, channels, attributes } = windowed(call, 'kernel_size')
  const filters = number(call, ['filters'], 0)
  const groups = number(call, ['groups'], 1)
  const shape = [...pair(call.config['kernel_size'], 1), channels / groups, filters]
  const kernel = call.weight('kernel', () => permuted(call.variable('kernel', shape), [3, 2, 0, 1]))
  const inputs = [from, kernel, ...biasOf(call, filters)]
  return { name: activatedConv(call, inputs, { ...attributes, group: int(groups) }) }
}

/** The convolution and its activation; only the last of them has the layer's name. */
function activatedConv(call: KerasCall, inputs: readonly string[], attributes: Attributes): string {
  const { builder, name, config } = call
  const plain = activationName(config['activation']) === 'linear'
  const value = builder.node('Conv', inputs, attributes, { name: plain ? name : `${name}/conv` })
  return activate(call, value, config['activation'])
}

/** Each channel by itself: Keras' [k, k, C, M] is [C · M, 1, k, k] here. */
function depthwiseKernel(call: KerasCall, names: readonly string[], channels: number, multiplier: number): string {
  const [height, width] = pair(call.config['kernel_size'], 1)
  return call.weight('depthwise', () => {
    const kernel = variableOf(call, names, [height, width, channels, multiplier])
    return { ...permuted(kernel, [2, 3, 0, 1]), shape: [channels * multiplier, 1, height, width] }
  })
}

/** Keras 2 and 3 name a depthwise kernel differently. */
function variableOf(call: KerasCall, names: readonly string[], shape: readonly number[]): Tensor {
  const [first = '', ...others] = names
  const other = others.find(name => call.has(name))
  return call.variable(other ?? first, shape)
}

function depthwise(call: KerasCall): KerasValue {
  const { from, channels, attributes } = windowed(call, 'kernel_size')
  const multiplier = number(call, ['depth_multiplier'], 1)
  const kernel = depthwiseKernel(call, ['depthwise_kernel', 'kernel'], channels, multiplier)
  const inputs = [from, kernel, ...biasOf(call, channels * multiplier)]
  return { name: activatedConv(call, inputs, { ...attributes, group: int(channels) }) }
}

function separable(call: KerasCall): KerasValue {
  const { builder } = call
  const { from, channels, attributes } = windowed(call, 'kernel_size')
  const filters = number(call, ['filters'], 0)
  const inner = channels * number(call, ['depth_multiplier'], 1)
  const kernel = depthwiseKernel(call, ['depthwise_kernel'], channels, inner / channels)
  const each = builder.node('Conv', [from, kernel], { ...attributes, group: int(channels) })
  const mix = call.weight('pointwise', () =>
    permuted(call.variable('pointwise_kernel', [1, 1, inner, filters]), [3, 2, 0, 1]),
  )
  return { name: activatedConv(call, [each, mix, ...biasOf(call, filters)], {}) }
}

function pooled(call: KerasCall, op: 'MaxPool' | 'AveragePool'): KerasValue {
  const { from, attributes } = windowed(call, 'pool_size')
  return { name: node(call, op, [from], attributes) }
}

function globallyPooled(call: KerasCall, op: 'GlobalAveragePool' | 'GlobalMaxPool'): KerasValue {
  const from = only(call)
  if (imageSizes(call.builder, from) === undefined) call.refuse('it reads a list of numbers, an image was wanted')
  const means = node(call, op, [from])
  return { name: call.config['keepdims'] === true ? means : flat(call.builder, means) }
}

function zeroPadding(call: KerasCall): KerasValue {
  const given = call.config['padding']
  const [rows, columns] = Array.isArray(given) ? given : [given, given]
  const [top, bottom] = pair(rows, 0)
  const [left, right] = pair(columns, 0)
  const pads = int64([8], [0, 0, top, left, 0, 0, bottom, right])
  return { name: node(call, 'Pad', [only(call), call.builder.constant(pads)]) }
}

function batchNormalization(call: KerasCall): KerasValue {
  const from = only(call)
  const sizes = sizesOf(call.builder, from)
  const axis = Number([call.config['axis']].flat()[0] ?? -1)
  if (axis !== -1 && axis !== sizes.length - 1) call.refuse(`it normalises axis ${axis}, the channels were wanted`)
  const shape = [Number(sizes[1])]
  const vector = (name: string, otherwise?: () => Tensor): string =>
    call.weight(name, otherwise ?? ((): Tensor => call.variable(name, shape)))
  const scale = vector('gamma', call.config['scale'] === false ? (): Tensor => ones(shape) : undefined)
  const shift = vector('beta', call.config['center'] === false ? (): Tensor => zeros(shape) : undefined)
  const statistics = [vector('moving_mean'), vector('moving_variance')]
  return {
    name: node(call, 'BatchNormalization', [from, scale, shift, ...statistics], {
      epsilon: float(number(call, ['epsilon'], 1e-3)),
    }),
  }
}

function relu(call: KerasCall): KerasValue {
  const { builder, config } = call
  const from = only(call)
  if (number(call, ['threshold'], 0) !== 0) call.refuse('its threshold is not 0')
  const slope = number(call, ['negative_slope'], 0)
  const most = config['max_value']
  if (slope !== 0)
    return typeof most === 'number' ? call.refuse('it has a slope and a maximum') : { name: leaky(call, slope) }
  if (typeof most !== 'number') return { name: node(call, 'Relu', [from]) }
  return { name: node(call, 'Clip', [from, builder.constant(scalar(0)), builder.constant(scalar(most))]) }
}

function leaky(call: KerasCall, slope: number): string {
  return node(call, 'LeakyRelu', [only(call)], { alpha: float(slope) })
}

/** `x · scale + offset`, one number each or one a channel. */
function rescaling(call: KerasCall): KerasValue {
  const { builder, config } = call
  const from = only(call)
  const channelwise = imageSizes(builder, from) !== undefined
  const constant = (value: unknown, otherwise: number): string => {
    const values = [value ?? otherwise].flat().map(Number)
    return builder.constant(float32(channelwise ? [values.length, 1, 1] : [values.length], values))
  }
  const scaled = builder.node('Mul', [from, constant(config['scale'], 1)])
  return { name: node(call, 'Add', [scaled, constant(config['offset'], 0)]) }
}

function concatenate(call: KerasCall): KerasValue {
  const inputs = call.inputs.map(input => listed(call.builder, input))
  const rank = sizesOf(call.builder, inputs[0] ?? '').length
  const axis = number(call, ['axis'], -1)
  if (axis !== -1 && axis !== rank - 1) call.refuse(`it joins axis ${axis}, the last was wanted`)
  return { name: node(call, 'Concat', inputs, { axis: int(1) }) }
}

/** The order of places and channels is left open: a dense layer that follows takes its weights in the order that is there. */
function flatten(call: KerasCall): KerasValue {
  const { builder } = call
  const from = only(call)
  const sizes = imageSizes(builder, from)
  if (sizes === undefined) return { name: from }
  const [channels, height, width] = sizes
  const name = node(call, 'Flatten', [from], { axis: int(1) })
  return height * width === 1 ? { name } : { name, flattened: { channels, places: height * width, image: from } }
}

/** Only from and to images and lists. */
function reshape(call: KerasCall): KerasValue {
  const { builder, config } = call
  const from = only(call)
  const target = Array.isArray(config['target_shape']) ? config['target_shape'].map(Number) : []
  if (target.length !== 1 && target.length !== 3) {
    call.refuse(`it makes [${target.join(', ')}], an image [H, W, C] or a list was wanted`)
  }
  const inKerasOrder = imageSizes(builder, from) === undefined ? from : lastChannels(builder, from)
  const shape = builder.constant(int64([target.length + 1], [0, ...target]))
  const shaped = builder.node('Reshape', [inKerasOrder, shape])
  return { name: target.length === 3 ? firstChannels(builder, shaped) : shaped }
}

/** `x · kernel + bias`. A flattened image comes channels first, so the rows of the kernel are put in that order. */
function dense(call: KerasCall): KerasValue {
  const { builder, name, config, inputs } = call
  const [input] = inputs
  if (input === undefined || inputs.length > 1) return call.refuse(`it has ${inputs.length} inputs, one was wanted`)
  const [, width] = sizesOf(builder, input.name)
  if (sizesOf(builder, input.name).length !== 2) call.refuse('it reads an image, a list of numbers was wanted')
  const units = number(call, ['units'], 0)
  const kernel = call.weight('kernel', () => {
    const tensor = call.variable('kernel', [Number(width), units])
    return input.flattened === undefined ? tensor : channelsFirst(tensor, input.flattened)
  })
  const plain = activationName(config['activation']) === 'linear'
  const value = builder.node(
    'Gemm',
    [input.name, kernel, ...biasOf(call, units)],
    {},
    { name: plain ? name : `${name}/dense` },
  )
  return { name: activate(call, value, config['activation']) }
}

/** Rows in the order place, channel to the order channel, place. */
function channelsFirst(
  kernel: Tensor,
  { channels, places }: { readonly channels: number; readonly places: number },
): Tensor {
  const units = kernel.shape[1] ?? 0
  return { ...permuted({ ...kernel, shape: [places, channels, units] }, [1, 0, 2]), shape: kernel.shape }
}
