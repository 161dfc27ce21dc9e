import assert from 'node:assert/strict'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '../core/index.ts'
import { type ChunkHead, chunkBytes, encodeChunk, readHead, readRow } from './feature-chunk.ts'

let path = ''

before(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'chestnut-chunk-')), 'chunk')
})
after(() => rm(join(path, '..'), { recursive: true }))

interface Found {
  readonly head: ChunkHead | undefined
  /** Undefined where a row is not as it was written. */
  readonly rows: readonly (Uint8Array | undefined)[]
}

async function read(bytes: Uint8Array): Promise<Found> {
  await writeFile(path, bytes)
  const file = await open(path)
  try {
    const head = await readHead(file, bytes.length)
    const rows: (Uint8Array | undefined)[] = []
    for (let i = 0; head !== undefined && i < head.keys.length; i++) {
      const row = new Uint8Array(head.rowBytes)
      rows.push((await readRow(file, head, i, row)) ? row : undefined)
    }
    return { head, rows }
  } finally {
    await file.close()
  }
}

const chunks = fc
  .record({ rowBytes: fc.integer({ min: 1, max: 40 }), count: fc.integer({ min: 0, max: 12 }), seed: fc.nat() })
  .chain(({ rowBytes, count, seed }) =>
    fc.record({
      rowBytes: fc.constant(rowBytes),
      keys: fc.constant(Array.from({ length: count }, (_, i) => sha256(`${seed} ${i}`))),
      rows: fc.array(fc.uint8Array({ minLength: rowBytes, maxLength: rowBytes }), {
        minLength: count,
        maxLength: count,
      }),
    }),
  )

test('rows come back as they were written, under their keys', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, async ({ keys, rows, rowBytes }) => {
      const { bytes, head } = encodeChunk(keys, rows, rowBytes)
      assert.equal(bytes.length, chunkBytes(keys.length, rowBytes))
      const found = await read(bytes)
      assert.deepEqual(found.head, head)
      assert.deepEqual(
        found.rows.map(row => row && [...row]),
        rows.map(row => [...row]),
      )
    }),
    { numRuns: 60 },
  )
})

test('a single changed bit is noticed: in the head the whole file counts for nothing, in a row that row', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(), async ({ keys, rows, rowBytes }, place) => {
      const { bytes } = encodeChunk(keys, rows, rowBytes)
      const bit = place % (8 * bytes.length)
      const at = bit >> 3
      bytes[at]! ^= 1 << (bit & 7)
      const found = await read(bytes)
      const headBytes = bytes.length - keys.length * rowBytes
      if (at < headBytes) assert.equal(found.head, undefined)
      else {
        const spoilt = found.rows.flatMap((row, i) => (row === undefined ? [i] : []))
        assert.deepEqual(spoilt, [Math.floor((at - headBytes) / rowBytes)])
      }
    }),
    { numRuns: 100 },
  )
})

test('a file that is cut off or longer is no chunk', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(), async ({ keys, rows, rowBytes }, cut) => {
      const { bytes } = encodeChunk(keys, rows, rowBytes)
      assert.equal((await read(bytes.subarray(0, cut % bytes.length))).head, undefined)
      assert.equal((await read(Uint8Array.of(...bytes, 0))).head, undefined)
    }),
    { numRuns: 40 },
  )
})

test('rows of another size are refused', () => {
  assert.throws(() => encodeChunk([sha256('a')], [new Uint8Array(3)], 4), /Cannot keep row 0: 4 bytes are wanted/)
})
