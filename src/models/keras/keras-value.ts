import type { JsonObject, Tensor } from '../../core/index.ts'
import { type Builder, int, ints } from '../../graph/index.ts'

/**
 * What a layer gives. Images are [N, C, H, W] in our graphs; Keras thinks of them as [N, H, W, C], which only matters where
 * places become a list.
 */
export interface KerasValue {
  /** The value in the graph: [N, C, H, W] of an image, [N, F] of a list. */
  readonly name: string
  /**
   * Of an image that was flattened: how it looked. `name` then holds its numbers in our order, channels first, and a dense layer
   * puts its weights in that order. Whatever else reads it takes `listed`.
   */
  readonly flattened?: { readonly channels: number; readonly places: number; readonly image: string }
}

/** One call of a layer. */
export interface KerasCall {
  readonly builder: Builder
  readonly name: string
  readonly config: JsonObject
  readonly inputs: readonly KerasValue[]
  /** Whether the file has such a variable of this layer. */
  has(name: string): boolean
  /** @throws Problem when the file has no such variable of this layer, or one of another shape */
  variable(name: string, shape: readonly number[]): Tensor
  /** Adds a weight, once for all calls of the layer, and gives its name. */
  weight(name: string, make: () => Tensor): string
  /** @throws Problem that begins with the layer's name */
  refuse(why: string): never
}

/** The only input of a layer as a value of the graph in Keras' order. */
export function only(call: KerasCall): string {
  const [first] = call.inputs
  return first === undefined || call.inputs.length > 1
    ? call.refuse(`it has ${call.inputs.length} inputs, one was wanted`)
    : listed(call.builder, first)
}

/** A value in the order in which Keras lists it. */
export function listed(builder: Builder, value: KerasValue): string {
  return value.flattened === undefined ? value.name : flat(builder, lastChannels(builder, value.flattened.image))
}

export function flat(builder: Builder, from: string): string {
  return builder.node('Flatten', [from], { axis: int(1) })
}

/** [N, C, H, W] to [N, H, W, C]. */
export function lastChannels(builder: Builder, image: string): string {
  return builder.node('Transpose', [image], { perm: ints([0, 2, 3, 1]) })
}

/** [N, H, W, C] to [N, C, H, W]. */
export function firstChannels(builder: Builder, value: string): string {
  return builder.node('Transpose', [value], { perm: ints([0, 3, 1, 2]) })
}

export function sizesOf(builder: Builder, value: string): readonly (number | string)[] {
  return builder.valueOf(value).shape
}

/** [C, H, W] of an image, or undefined for a list. */
export function imageSizes(builder: Builder, value: string): readonly [number, number, number] | undefined {
  const [, channels, height, width] = sizesOf(builder, value)
  return width === undefined ? undefined : [Number(channels), Number(height), Number(width)]
}
