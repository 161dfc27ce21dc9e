import { BadWeights } from '../bad-weights.ts'
import type { ByteSource } from '../byte-source.ts'
import { readTextAttributes, type TextAttributes } from './attributes.ts'
import { addressIn, type Bounded, bounded } from './bounded.ts'
import { type ArrayOfFile, readArray } from './dataset.ts'
import { type GlobalHeap, globalHeap } from './global-heap.ts'
import { readLinks } from './links.ts'
import { type Message, messageTypes, readObjectHeader } from './object-header.ts'

/** A group or an array of an HDF5 file. What it holds is read when it is asked for. */
export interface Hdf5Object {
  readonly isArray: boolean
  /** Names in a group, in the file's order; none in an array. */
  readonly names: readonly string[]
  /** @throws BadWeights for a link that leads elsewhere */
  child(name: string): Hdf5Object | undefined
  /** Attributes that hold texts. */
  texts(): TextAttributes
  array(): ArrayOfFile
}

export const hdf5Signature: readonly number[] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/**
 * Opens the part of HDF5 that h5py and Keras write: superblocks 0 to 3, groups in all three forms, numbers and texts, arrays
 * in one piece or in chunks with gzip, shuffle and Fletcher-32 (HDF5 File Format Specification 3.0).
 * Of the libraries for Node, jsfive holds the whole file and gives every weight as a plain array, and h5wasm takes 1,004 MB for a
 * file of 553 MB (this one 587) and reads on over damage; neither bounds its work.
 *
 * @returns the root group
 */
export function openHdf5(source: ByteSource): Hdf5Object {
  const file = bounded(source)
  return open(file, globalHeap(file), rootOf(file))
}

/** Specification, II.A. */
function rootOf(file: Bounded): number {
  const at = file.piece(0, Math.min(file.size, 112))
  at.skip(8)
  const version = at.u8()
  if (version > 3) throw new BadWeights(`it is of HDF5's superblock version ${version}, 0 to 3 are read`)
  if (version < 2) at.skip(4)
  const offsetBytes = at.u8()
  const lengthBytes = at.u8()
  if (offsetBytes !== 8 || lengthBytes !== 8) throw new BadWeights('its places do not have 64 bits')
  at.skip(version === 0 ? 9 : version === 1 ? 13 : 1)
  const base = at.u64()
  if (base !== 0) throw new BadWeights('there is something before its HDF5 part')
  at.skip(8)
  const end = addressIn(at)
  if (end === undefined || end > file.size) {
    throw new BadWeights(`it was cut off: it has ${file.size} bytes of ${end ?? 'an unknown number'}`, {
      next: 'get the file again',
    })
  }
  if (version < 2) at.skip(16)
  return at.u64()
}

function open(file: Bounded, heap: GlobalHeap, address: number): Hdf5Object {
  const messages = readObjectHeader(file, address)
  const isArray = has(messages, messageTypes.layout)
  const links = isArray ? new Map<string, number | undefined>() : readLinks(file, messages)
  return {
    isArray,
    names: [...links.keys()],
    child: name => {
      if (!links.has(name)) return undefined
      const place = links.get(name)
      if (place === undefined)
        throw new BadWeights(`"${name}" in it is a link to something else, which is not followed`)
      return open(file, heap, place)
    },
    texts: () => readTextAttributes(file, heap, messages),
    array: () => readArray(file, messages),
  }
}

function has(messages: readonly Message[], type: number): boolean {
  return messages.some(message => message.type === type)
}
