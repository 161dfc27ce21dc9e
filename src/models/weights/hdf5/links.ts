import { BadWeights } from '../bad-weights.ts'
import { cursor, textOf } from '../cursor.ts'
import { readTree2 } from './b-tree-2.ts'
import { addressIn, type Bounded } from './bounded.ts'
import { openFractalHeap } from './fractal-heap.ts'
import { type Message, messageTypes } from './object-header.ts'

/** The members of a group: name → place of the object header. Undefined: what the name leads to is not in this file's tree. */
export type Links = ReadonlyMap<string, number | undefined>

const deepestTree = 16
const softLink = 2

/** All three ways in which a group may hold its members: a table of symbols, messages, and a heap with an index. */
export function readLinks(file: Bounded, messages: readonly Message[]): Links {
  const links = new Map<string, number | undefined>()
  const add = (name: string, address: number | undefined): void => {
    if (links.has(name)) throw new BadWeights(`it has "${name}" twice in one group`)
    links.set(name, address)
  }
  for (const { type, body } of messages) {
    if (type === messageTypes.symbolTable) readSymbolTable(file, body, add)
    if (type === messageTypes.link) readLink(body, add)
    if (type === messageTypes.linkInfo) readLinkHeap(file, body, add)
  }
  return links
}

type Add = (name: string, address: number | undefined) => void

/** Specification, III.A.1, III.B, III.C and III.D: a tree of nodes with symbols, whose names lie in a local heap. */
function readSymbolTable(file: Bounded, body: Uint8Array, add: Add): void {
  const at = cursor(body)
  const tree = at.u64()
  const heap = file.signed(at.u64(), 28, 'HEAP')
  heap.skip(4)
  const size = heap.u64()
  heap.skip(8)
  const names = file.piece(heap.u64(), size).bytes(size)
  for (const node of leavesOf(file, tree, deepestTree)) {
    const start = file.signed(node, 4, 'SNOD')
    start.skip(2)
    const count = start.u16()
    const symbols = file.piece(node + 8, count * 40)
    for (let i = 0; i < count; i++) {
      const name = symbols.u64()
      const address = symbols.bytes(8)
      const isSoft = symbols.u32() === softLink
      symbols.skip(20)
      if (name >= size) throw new BadWeights('it is damaged: a name lies outside its heap')
      add(textOf(names.subarray(name)), isSoft ? undefined : cursor(address).u64())
    }
  }
}

function leavesOf(file: Bounded, address: number, depth: number): readonly number[] {
  const at = file.signed(address, 20, 'TREE')
  if (at.u8() !== 0) throw new BadWeights('it is damaged: the index of a group is none')
  const level = at.u8()
  const count = at.u16()
  if (level > depth) throw new BadWeights('its structure has no end')
  const entries = file.piece(address + 24, count * 16)
  const children = Array.from({ length: count }, () => {
    entries.skip(8)
    return entries.u64()
  })
  return level === 0 ? children : children.flatMap(child => leavesOf(file, child, level - 1))
}

/** Specification, IV.A.2.g. */
function readLink(body: Uint8Array, add: Add): void {
  const at = cursor(body)
  if (at.u8() !== 1) throw new BadWeights('it has links of an unknown version')
  const flags = at.u8()
  const kind = flags & 0x08 ? at.u8() : 0
  at.skip((flags & 0x04 ? 8 : 0) + (flags & 0x10 ? 1 : 0))
  const name = new TextDecoder().decode(at.bytes(at.uint(1 << (flags & 3))))
  add(name, kind === 0 ? at.u64() : undefined)
}

/** Specification, IV.A.2.c: records of a hash (4 bytes) and a place in the heap. */
function readLinkHeap(file: Bounded, body: Uint8Array, add: Add): void {
  const at = cursor(body)
  at.skip(1)
  const flags = at.u8()
  at.skip(flags & 0x01 ? 8 : 0)
  const heapAddress = addressIn(at)
  const index = addressIn(at)
  if (heapAddress === undefined || index === undefined) return
  const heap = openFractalHeap(file, heapAddress)
  for (const record of readTree2(file, index)) readLink(heap.object(record.subarray(4)), add)
}
