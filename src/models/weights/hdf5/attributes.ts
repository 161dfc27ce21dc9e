import { elements } from '../../../core/index.ts'
import { BadWeights } from '../bad-weights.ts'
import { cursor, textOf } from '../cursor.ts'
import { readTree2 } from './b-tree-2.ts'
import { addressIn, type Bounded } from './bounded.ts'
import { readDataspace } from './dataspace.ts'
import { type Datatype, readDatatype } from './datatype.ts'
import { openFractalHeap } from './fractal-heap.ts'
import type { GlobalHeap } from './global-heap.ts'
import { type Message, messageTypes } from './object-header.ts'

/** The texts of each attribute that holds texts, one or many. Others are left out: no weight needs them. */
export type TextAttributes = ReadonlyMap<string, readonly string[]>

const mostTexts = 1_000_000

export function readTextAttributes(file: Bounded, heap: GlobalHeap, messages: readonly Message[]): TextAttributes {
  const found = new Map<string, readonly string[]>()
  const add = (body: Uint8Array): void => {
    const { name, texts } = readAttribute(heap, body)
    if (texts !== undefined) found.set(name, texts)
  }
  for (const { type, body } of messages) {
    if (type === messageTypes.attribute) add(body)
    if (type === messageTypes.attributeInfo) for (const attribute of attributesInHeap(file, body)) add(attribute)
  }
  return found
}

/** Specification, IV.A.2.v: records of a place in the heap (8 bytes), flags, order and hash. */
function attributesInHeap(file: Bounded, body: Uint8Array): readonly Uint8Array[] {
  const at = cursor(body)
  at.skip(1)
  const flags = at.u8()
  at.skip(flags & 0x01 ? 2 : 0)
  const heapAddress = addressIn(at)
  const index = addressIn(at)
  if (heapAddress === undefined || index === undefined) return []
  const heap = openFractalHeap(file, heapAddress)
  return readTree2(file, index).map(record => heap.object(record.subarray(0, 8)))
}

/** Specification, IV.A.2.m. Version 1 pads its parts to eight bytes, version 3 says in which letters the name is. */
function readAttribute(
  heap: GlobalHeap,
  body: Uint8Array,
): { readonly name: string; readonly texts: readonly string[] | undefined } {
  const at = cursor(body)
  const version = at.u8()
  if (version < 1 || version > 3) throw new BadWeights('it has attributes of an unknown version')
  const flags = at.u8()
  if (version > 1 && flags !== 0) throw new BadWeights('it shares parts of its structure, which is not read')
  const sizes = [at.u16(), at.u16(), at.u16()]
  if (version === 3) at.skip(1)
  const [name, type, space] = sizes.map(size => {
    const part = at.bytes(size)
    if (version === 1) at.skip((8 - (size % 8)) % 8)
    return part
  })
  const datatype = readDatatype(type!)
  const shape = readDataspace(space!)
  return { name: textOf(name!), texts: shape && readTexts(heap, datatype, elements(shape), at.bytes(at.left)) }
}

function readTexts(
  heap: GlobalHeap,
  datatype: Datatype,
  count: number,
  data: Uint8Array,
): readonly string[] | undefined {
  if (datatype.kind !== 'text' && datatype.kind !== 'long-text') return undefined
  if (count > mostTexts) throw new BadWeights(`it has a list of ${count} texts`)
  if (!(datatype.size > 0 && count * datatype.size <= data.length)) throw new RangeError('An attribute ends too early')
  return Array.from({ length: count }, (_, i) => {
    const element = data.subarray(i * datatype.size, (i + 1) * datatype.size)
    return datatype.kind === 'text' ? textOf(element) : heap.text(element)
  })
}
