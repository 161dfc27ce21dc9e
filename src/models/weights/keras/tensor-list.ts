import type { Tensor, Tensors } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { numbersIn, tensorOf } from '../float-data.ts'
import type { Hdf5Object } from '../hdf5/hdf5.ts'

/** A weight before it has its final name. */
export interface Found {
  /** `LAYER/VARIABLE` */
  readonly name: string
  /** The model within the model that the layer belongs to; '' for the outermost. */
  readonly model: string
  readonly tensor: Tensor
}

/**
 * Two models within one may have layers of one name: their weights get the model's name in front.
 * @throws BadWeights when that does not tell them apart
 */
export function tensorsOf(found: readonly Found[]): Tensors {
  const counts = new Map<string, number>()
  for (const { name } of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  const tensors = new Map<string, Tensor>()
  for (const { name, model, tensor } of found) {
    const full = (counts.get(name) ?? 0) > 1 && model !== '' ? `${model}/${name}` : name
    if (tensors.has(full)) throw new BadWeights(`it has two weights of the name "${full}"`)
    tensors.set(full, tensor)
  }
  return Object.fromEntries(tensors)
}

/** @param name for an error */
export function arrayTensor(object: Hdf5Object, name: string): Tensor {
  if (!object.isArray) throw new BadWeights(`"${name}" in it is no array`)
  const { shape, datatype, bytes } = object.array()
  if (datatype.kind === 'number') return tensorOf(datatype.dtype, shape, numbersIn(bytes, datatype.dtype))
  // HDF5 had no bfloat16: Keras stores its bits and says so beside them.
  if (datatype.size === 2 && object.texts().get('dtype')?.[0] === 'bfloat16') {
    return tensorOf('bfloat16', shape, numbersIn(bytes, 'bfloat16'))
  }
  throw new BadWeights(`"${name}" in it is not made of numbers that we read`)
}
