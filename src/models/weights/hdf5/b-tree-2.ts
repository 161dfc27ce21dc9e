import { BadWeights } from '../bad-weights.ts'
import { addressIn, type Bounded } from './bounded.ts'
import { bytesFor } from './fractal-heap.ts'

interface Level {
  /** Bytes of a pointer to a node of the level below. */
  readonly pointer: number
  /** Bytes in it for the number of all records below; 0 just above the leaves. */
  readonly totalBytes: number
}

interface Tree {
  readonly file: Bounded
  readonly nodeSize: number
  readonly recordSize: number
  readonly countBytes: number
  readonly levels: readonly Level[]
}

/** Signature's version and type before the records, the checksum behind. */
const nodeFrame = 10
const deepest = 16
/** A hash and a place in a heap. */
const smallestRecord = 11

/** All records of a version 2 B-tree, in its order (specification, III.A.2). */
export function readTree2(file: Bounded, address: number): readonly Uint8Array[] {
  const at = file.signed(address, 34, 'BTHD')
  at.skip(2)
  const nodeSize = at.u32()
  const recordSize = at.u16()
  const depth = at.u16()
  at.skip(2)
  const root = addressIn(at)
  const count = at.u16()
  if (depth > deepest || recordSize < smallestRecord || nodeSize < nodeFrame + recordSize) {
    throw new BadWeights('it is damaged: an index has an impossible size')
  }
  const leafRecords = Math.floor((nodeSize - nodeFrame) / recordSize)
  const countBytes = bytesFor(leafRecords)
  const levels: Level[] = [{ pointer: 0, totalBytes: 0 }]
  let below = leafRecords
  for (let level = 1; level <= depth; level++) {
    const totalBytes = level === 1 ? 0 : bytesFor(below)
    const pointer = 8 + countBytes + totalBytes
    levels.push({ pointer, totalBytes })
    const records = Math.floor((nodeSize - nodeFrame - pointer) / (recordSize + pointer))
    below = (records + 1) * below + records
  }
  if (root === undefined) return []
  return readNode({ file, nodeSize, recordSize, countBytes, levels }, root, count, depth)
}

function readNode(tree: Tree, address: number, count: number, depth: number): readonly Uint8Array[] {
  const { file, nodeSize, recordSize, countBytes, levels } = tree
  const { pointer, totalBytes } = levels[depth]!
  if (nodeFrame + count * recordSize + (depth > 0 ? (count + 1) * pointer : 0) > nodeSize) {
    throw new BadWeights('it is damaged: an index node holds more than fits')
  }
  const at = file.signed(address, nodeSize - 4, depth === 0 ? 'BTLF' : 'BTIN')
  at.skip(2)
  const records = Array.from({ length: count }, () => at.bytes(recordSize))
  if (depth === 0) return records
  const children = Array.from({ length: count + 1 }, () => {
    const child = at.u64()
    const inside = at.uint(countBytes)
    at.skip(totalBytes)
    return readNode(tree, child, inside, depth - 1)
  })
  return children.flatMap((child, i) => (i < count ? [...child, records[i]!] : child))
}
