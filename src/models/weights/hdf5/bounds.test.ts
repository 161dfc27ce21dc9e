import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { memorySource } from '../byte-source.ts'
import { bounded } from './bounded.ts'
import { type Filter, readChunks } from './chunks.ts'
import { globalHeap } from './global-heap.ts'

const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer)
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)

/** The index of an array of one piece, and the piece behind it. */
function onePiece(piece: Uint8Array): Buffer {
  const head = Buffer.concat([Buffer.from('TREE'), Buffer.from([1, 0]), u16(1), u64(0), u64(0)])
  const index = Buffer.concat([head, u32(piece.length), u32(0), u64(0), u64(0), u64(64)])
  return Buffer.concat([index, Buffer.alloc(64 - index.length), piece])
}

interface Piece {
  readonly chunk?: number
  readonly filters: readonly Filter[]
}

function read(piece: Uint8Array, { chunk = 4, filters }: Piece): Uint8Array {
  const file = bounded(memorySource(onePiece(piece)))
  return readChunks(file, { address: 0, shape: [4], chunkShape: [chunk], size: 2, filters })
}

test('a shuffled piece is put in order, and one shuffled by another size is refused at once', () => {
  const shuffled = Uint8Array.of(0, 1, 2, 3, 10, 11, 12, 13)
  const elements = Uint8Array.of(0, 10, 1, 11, 2, 12, 3, 13)
  assert.deepEqual(read(shuffled, { filters: [{ id: 2, values: [2] }] }), elements)
  assert.deepEqual(read(shuffled, { filters: [{ id: 2, values: [] }] }), elements)
  const start = performance.now()
  assert.throws(() => read(shuffled, { filters: [{ id: 2, values: [0xffffffff] }] }), /shuffled by another size/)
  assert.ok(performance.now() - start < 500)
})

test('a piece that would unpack to far more than the file is refused before it is unpacked', () => {
  const packed = deflateSync(new Uint8Array(1 << 20))
  assert.throws(
    () => read(packed, { chunk: 1 << 19, filters: [{ id: 1, values: [] }] }),
    /larger than the file can hold/,
  )
})

test('a text that is asked for over and over comes to an end', () => {
  const letters = Buffer.alloc(1 << 20, 'a')
  const start = Buffer.concat([Buffer.from('GCOL'), u32(1), u64(32 + letters.length)])
  const collection = Buffer.concat([start, u16(1), u16(1), u32(0), u64(letters.length), letters])
  const heap = globalHeap(bounded(memorySource(collection)))
  const reference = Buffer.concat([u32(letters.length), u64(0), u32(1)])
  assert.equal(heap.text(reference).length, letters.length)
  assert.throws(() => {
    for (let i = 0; i < 1000; i++) heap.text(reference)
  }, /its texts have no end/)
})
