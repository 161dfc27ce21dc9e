import { elements } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { cursor } from '../cursor.ts'
import { addressIn, type Bounded } from './bounded.ts'
import { readChunks, readFilters } from './chunks.ts'
import { readDataspace } from './dataspace.ts'
import { type Datatype, readDatatype } from './datatype.ts'
import { type Message, messageTypes } from './object-header.ts'

export interface ArrayOfFile {
  readonly shape: readonly number[]
  readonly datatype: Datatype
  /** The elements, row by row. */
  readonly bytes: Uint8Array
}

const layouts = { compact: 0, contiguous: 1, chunked: 2 }

/** Specification, IV.A.2.i. @throws BadWeights, RangeError */
export function readArray(file: Bounded, messages: readonly Message[]): ArrayOfFile {
  const body = (type: number): Uint8Array | undefined => messages.find(message => message.type === type)?.body
  const [space, type, layout] = [messageTypes.dataspace, messageTypes.datatype, messageTypes.layout].map(body)
  if (space === undefined || type === undefined || layout === undefined) {
    throw new BadWeights('it is damaged: an array has no shape, no type or no place')
  }
  if (body(messageTypes.externalFiles)) throw new BadWeights('an array lies in another file, which is not read')
  const shape = readDataspace(space) ?? [0]
  const datatype = readDatatype(type)
  const length = elements(shape) * datatype.size
  if (!Number.isSafeInteger(length)) throw new BadWeights('an array is larger than any file')
  const filters = body(messageTypes.filters)
  const bytes = length === 0 ? new Uint8Array() : readBytes(file, layout, { shape, datatype, length, filters })
  return { shape, datatype, bytes }
}

interface Wanted {
  readonly shape: readonly number[]
  readonly datatype: Datatype
  readonly length: number
  readonly filters: Uint8Array | undefined
}

function readBytes(file: Bounded, layout: Uint8Array, { shape, datatype, length, filters }: Wanted): Uint8Array {
  const at = cursor(layout)
  const version = at.u8()
  const kind = at.u8()
  const isKnown = version === 3 || (version === 4 && kind !== layouts.chunked)
  if (!isKnown) {
    throw new BadWeights('an array is stored in a way that is not read', {
      next: 'write the file again with h5py, without libver="latest"',
    })
  }
  if (kind === layouts.compact) {
    if (at.u16() !== length) throw new BadWeights('it is damaged: an array has another size than its shape')
    return at.bytes(length)
  }
  if (kind === layouts.contiguous) {
    const address = addressIn(at)
    if (address === undefined) throw new BadWeights('an array was never written')
    if (at.u64() < length) throw new BadWeights('it is damaged: an array has another size than its shape')
    return file.data(address, length)
  }
  if (kind !== layouts.chunked) throw new BadWeights('an array is put together of others, which is not read')
  const rank = at.u8() - 1
  const address = addressIn(at)
  const chunkShape = Array.from({ length: Math.max(0, rank) }, () => at.u32())
  if (address === undefined) throw new BadWeights('an array was never written')
  if (rank !== shape.length || rank < 1 || chunkShape.includes(0) || at.u32() !== datatype.size) {
    throw new BadWeights('it is damaged: an array has another shape than its pieces')
  }
  return readChunks(file, {
    address,
    shape,
    chunkShape,
    size: datatype.size,
    filters: filters ? readFilters(filters) : [],
  })
}
