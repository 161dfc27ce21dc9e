import { scalar, type Tensor } from '../../core/index.ts'
import { type Attributes, type Builder, float, int, ints } from '../../graph/index.ts'

/** What a number in a layer is for: a convolution's weight [out, in / groups, k, k] and bias, a batch norm's four vectors. */
export type Role = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance'

/** Where the numbers of layers come from: a file, or a draw. */
export interface LayerWeights {
  of(layer: string, role: Role, shape: readonly number[]): Tensor
}

export interface ConvOptions {
  readonly filters: number
  readonly kernel: number
  /** Default 1. */
  readonly stride?: number
  /** Zeros at top, left, bottom and right. Default: half of the kernel on each side. */
  readonly pads?: Pads
  /** Default 1. */
  readonly groups?: number
  /** Default false: a batch norm follows. */
  readonly bias?: boolean
}

export type Pads = readonly [top: number, left: number, bottom: number, right: number]

export interface PoolOptions {
  readonly kernel: number
  readonly stride: number
  /** Default 0 on each side. */
  readonly pad?: number
}

export type Activation = 'relu' | 'relu6' | 'silu' | 'sigmoid'

/** A layer, or a block of them, between two values of the graph. */
export interface Place {
  readonly input: string
  readonly output: string
}

/** Writes layers into a graph. Every layer's output has the layer's name. */
export interface Layers {
  conv(from: string, name: string, options: ConvOptions): string
  /** Batch normalisation with the statistics that it was trained with. */
  norm(from: string, name: string): string
  activation(from: string, name: string, kind: Activation): string
  maxPool(from: string, name: string, options: PoolOptions): string
  averagePool(from: string, name: string, options: PoolOptions): string
  /** The mean of each channel: [N, C, 1, 1]. */
  globalAverage(from: string, name: string): string
  add(values: readonly [string, string], name: string): string
  multiply(values: readonly [string, string], name: string): string
  concat(values: readonly string[], name: string): string
  /** Several layers that people know by one name. */
  block(from: string, name: string, body: (from: string) => string): string
  channelsOf(value: string): number
  /** Every layer and block that was written, by name. */
  readonly places: ReadonlyMap<string, Place>
}

export function layersOn(builder: Builder, weights: LayerWeights, epsilon: number): Layers {
  const places = new Map<string, Place>()
  const placed = (name: string, input: string, output: string): string => {
    places.set(name, { input, output })
    return output
  }
  const channelsOf = (value: string): number => Number(builder.valueOf(value).shape[1])
  const weight = (layer: string, role: Role, shape: readonly number[]): string =>
    builder.weight(`${layer}/${role}`, weights.of(layer, role, shape))
  const node = (op: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string =>
    placed(name, inputs[0] ?? '', builder.node(op, inputs, attributes, { name }))

  return {
    places,
    channelsOf,
    conv(from, name, { filters, kernel, stride = 1, pads = evenly(Math.floor(kernel / 2)), groups = 1, bias = false }) {
      const inputs = [from, weight(name, 'weight', [filters, channelsOf(from) / groups, kernel, kernel])]
      if (bias) inputs.push(weight(name, 'bias', [filters]))
      return node('Conv', name, inputs, {
        kernel_shape: ints([kernel, kernel]),
        strides: ints([stride, stride]),
        pads: ints(pads),
        group: int(groups),
      })
    },
    norm(from, name) {
      const shape = [channelsOf(from)]
      const vectors = (['scale', 'shift', 'mean', 'variance'] as const).map(role => weight(name, role, shape))
      return node('BatchNormalization', name, [from, ...vectors], { epsilon: float(epsilon) })
    },
    activation(from, name, kind) {
      if (kind === 'relu') return node('Relu', name, [from])
      if (kind === 'sigmoid') return node('Sigmoid', name, [from])
      if (kind === 'silu') return node('Mul', name, [from, builder.node('Sigmoid', [from])])
      return node('Clip', name, [from, builder.constant(scalar(0)), builder.constant(scalar(6))])
    },
    maxPool: (from, name, options) => node('MaxPool', name, [from], poolAttributes(options)),
    averagePool: (from, name, options) => node('AveragePool', name, [from], poolAttributes(options)),
    globalAverage: (from, name) => node('GlobalAveragePool', name, [from]),
    add: (values, name) => node('Add', name, values),
    multiply: (values, name) => node('Mul', name, values),
    concat: (values, name) => node('Concat', name, values, { axis: int(1) }),
    block: (from, name, body) => placed(name, from, body(from)),
  }
}

const evenly = (pad: number): Pads => [pad, pad, pad, pad]

function poolAttributes({ kernel, stride, pad = 0 }: PoolOptions): Attributes {
  return { kernel_shape: ints([kernel, kernel]), strides: ints([stride, stride]), pads: ints(evenly(pad)) }
}
