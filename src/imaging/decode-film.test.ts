import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { needData, sharedData } from '../testing/needs.ts'
import { BadFilm } from './bad-film.ts'
import { contract } from './contract.ts'
import { decodeFilm } from './decode-film.ts'
import { encodePng } from './encode-png.ts'
import { tensorOf } from './tensor-of.ts'

const colourTypes = { grey: 0, rgb: 2, palette: 3, 'grey and alpha': 4, rgba: 6 } as const

interface PngParts {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly colour: keyof typeof colourTypes
  /** Rows of packed samples, without filter bytes. */
  readonly rows: readonly (readonly number[])[]
  readonly before?: readonly Uint8Array[]
}

/** A PNG written by hand, so that its values are not those of the library under test. */
function makePng({ width, height, bits, colour, rows, before = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bits, colourTypes[colour], 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', deflateSync(Buffer.from(rows.flatMap(row => [0, ...row])))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crc(body), body.length + 4)
  return whole
}

/** CRC-32 as PNG defines it; Node 20's types have none. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let k = 0; k < 8; k++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return (value ^ 0xffffffff) >>> 0
}

const big = (...values: readonly number[]): number[] => values.flatMap(value => [value >> 8, value & 255])

async function pixelsOf(bytes: Uint8Array): Promise<number[]> {
  return [...(await decodeFilm(bytes)).pixels]
}

async function reason(bytes: Uint8Array, limits = {}): Promise<string> {
  const error: unknown = await decodeFilm(bytes, limits).then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BadFilm, String(error))
  return error.message
}

test('8-bit grey is multiplied by 257', async () => {
  const png = makePng({ width: 3, height: 1, bits: 8, colour: 'grey', rows: [[0, 1, 255]] })
  assert.deepEqual(await pixelsOf(png), [0, 257, 65535])
})

test('16-bit grey is kept to the last bit', async () => {
  const png = makePng({ width: 4, height: 1, bits: 16, colour: 'grey', rows: [big(0, 1, 30001, 65535)] })
  assert.deepEqual(await pixelsOf(png), [0, 1, 30001, 65535])
})

test('1-bit grey is black and white', async () => {
  const png = makePng({ width: 4, height: 1, bits: 1, colour: 'grey', rows: [[0b01100000]] })
  assert.deepEqual(await pixelsOf(png), [0, 65535, 65535, 0])
})

test('equal colours are taken exactly, in 8 and in 16 bits', async () => {
  const narrow = makePng({ width: 2, height: 1, bits: 8, colour: 'rgb', rows: [[77, 77, 77, 3, 3, 3]] })
  assert.deepEqual(await pixelsOf(narrow), [77 * 257, 3 * 257])
  const wide = makePng({ width: 2, height: 1, bits: 16, colour: 'rgb', rows: [big(501, 501, 501, 9, 9, 9)] })
  assert.deepEqual(await pixelsOf(wide), [501, 9])
})

test('real colours become their luma', async () => {
  const png = makePng({ width: 1, height: 1, bits: 8, colour: 'rgb', rows: [[200, 100, 50]] })
  assert.deepEqual(await pixelsOf(png), [Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50) * 257])
})

test('an opaque alpha changes nothing, a transparent one shows black', async () => {
  const rows = [[90, 90, 90, 255, 90, 90, 90, 0, 90, 90, 90, 51]]
  const png = makePng({ width: 3, height: 1, bits: 8, colour: 'rgba', rows })
  assert.deepEqual(await pixelsOf(png), [90 * 257, 0, 90 * 257 * 0.2])
  const wide = makePng({ width: 2, height: 1, bits: 16, colour: 'grey and alpha', rows: [big(4001, 65535, 4001, 0)] })
  assert.deepEqual(await pixelsOf(wide), [4001, 0])
  const grey = makePng({ width: 2, height: 1, bits: 8, colour: 'grey and alpha', rows: [[90, 255, 90, 51]] })
  assert.deepEqual(await pixelsOf(grey), [90 * 257, 90 * 257 * 0.2])
})

test('a palette is looked up', async () => {
  const before = [chunk('PLTE', Uint8Array.from([10, 10, 10, 250, 250, 250]))]
  const png = makePng({ width: 3, height: 1, bits: 8, colour: 'palette', rows: [[1, 0, 1]], before })
  assert.deepEqual(await pixelsOf(png), [250 * 257, 10 * 257, 250 * 257])
})

test('gamma is not applied', async () => {
  const gamma = Buffer.alloc(4)
  gamma.writeUInt32BE(100000)
  const before = [chunk('gAMA', gamma)]
  const png = makePng({ width: 2, height: 1, bits: 16, colour: 'grey', rows: [big(1000, 40000)], before })
  assert.deepEqual(await pixelsOf(png), [1000, 40000])
})

test('encodePng() and decodeFilm() give back every 16-bit film', async () => {
  const film = fc
    .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
    .chain(({ width, height }) =>
      fc
        .uint16Array({ minLength: width * height, maxLength: width * height })
        .map(pixels => ({ width, height, pixels })),
    )
  await fc.assert(
    fc.asyncProperty(film, async each => assert.deepEqual(await decodeFilm(await encodePng(each)), each)),
    { numRuns: 60 },
  )
})

test('encodePng() in 8 bits rounds to the nearest of 256 levels, and equal films give equal bytes', async () => {
  const film = { width: 3, height: 1, pixels: Uint16Array.from([128, 129, 65400]) }
  const png = await encodePng(film, { bits: 8 })
  assert.deepEqual(await pixelsOf(png), [0, 257, 254 * 257])
  assert.deepEqual(await encodePng(film, { bits: 8 }), png)
})

test('films of one pixel and of extreme shapes are read', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 6000],
    [6000, 1],
  ] as const) {
    const rows = Array.from({ length: height }, () => Array.from({ length: width }, () => 9))
    const film = await decodeFilm(makePng({ width, height, bits: 8, colour: 'grey', rows }))
    assert.deepEqual([film.width, film.height, film.pixels.at(-1)], [width, height, 9 * 257])
  }
})

test('a JPEG is read in grey and in colour, and its orientation is applied', async () => {
  const raw = Buffer.alloc(64 * 32, 40)
  raw.fill(220, 0, 64 * 16)
  const grey = sharp(raw, { raw: { width: 64, height: 32, channels: 1 } }).toColourspace('b-w')
  const upright = await decodeFilm(await grey.clone().jpeg({ quality: 100 }).toBuffer())
  assert.deepEqual([upright.width, upright.height], [64, 32])
  assert.ok(Math.abs(upright.pixels[5]! / 257 - 220) <= 2)
  const turned = await decodeFilm(await grey.clone().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer())
  assert.deepEqual([turned.width, turned.height], [32, 64])
  // What was the top half is the right half now.
  assert.ok(Math.abs(turned.pixels[30]! / 257 - 220) <= 2)
  assert.ok(Math.abs(turned.pixels[2]! / 257 - 40) <= 2)
})

test('a header of 60,000² pixels is refused before a pixel is decoded', async () => {
  const png = makePng({ width: 60000, height: 60000, bits: 8, colour: 'grey', rows: [[0]] })
  const started = performance.now()
  assert.match(await reason(png), /it is 60000 × 60000 pixels large, 64000000 pixels are allowed/)
  assert.ok(performance.now() - started < 500)
})

test('a file over the limit of bytes or of pixels is refused', async () => {
  const png = makePng({
    width: 3,
    height: 2,
    bits: 8,
    colour: 'grey',
    rows: [
      [0, 0, 0],
      [0, 0, 0],
    ],
  })
  assert.match(await reason(png, { bytes: 20 }), /bytes, 20 are allowed/)
  assert.match(await reason(png, { pixels: 5 }), /3 × 2 pixels large, 5 pixels are allowed/)
})

test('a PNG or JPEG that was cut off is refused, wherever it was cut', async () => {
  const pixels = Uint16Array.from({ length: 4096 }, (_, i) => (i * 7919) % 65536)
  const png = await encodePng({ width: 64, height: 64, pixels })
  const raw = Buffer.from(pixels.map(value => value >> 8))
  const jpeg = await sharp(raw, { raw: { width: 64, height: 64, channels: 1 } })
    .jpeg()
    .toBuffer()
  for (const bytes of [png, jpeg]) {
    for (const part of [0.02, 0.1, 0.5, 0.9]) {
      assert.match(await reason(bytes.subarray(0, Math.floor(bytes.length * part))), /damaged|first bytes/)
    }
  }
})

test('a PNG with a wrong checksum over its pixels is refused', async () => {
  const png = Buffer.from(await encodePng({ width: 64, height: 64, pixels: new Uint16Array(4096).fill(3) }))
  const at = png.indexOf('IDAT') + 10
  png[at]! ^= 0x55
  assert.match(await reason(png), /damaged/)
})

test('what is no film is named for what it is', async () => {
  assert.match(await reason(new Uint8Array()), /the file is empty/)
  assert.match(await reason(Buffer.from('Dear doctor,\n')), /it is a text file/)
  assert.match(await reason(Buffer.from('GIF89a')), /it is a GIF file/)
  assert.match(await reason(Buffer.from('%PDF-1.7')), /it is a PDF file/)
  assert.match(await reason(Buffer.from([0x50, 0x4b, 3, 4])), /it is a zip archive/)
  assert.match(await reason(Buffer.from([1, 2, 3])), /neither PNG nor JPEG/)
  assert.match(await reason(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])), /DICOM is not read yet/)
})

test('animations and CMYK are refused', async () => {
  const before = [chunk('acTL', Uint8Array.from([0, 0, 0, 2, 0, 0, 0, 0]))]
  const animated = makePng({ width: 1, height: 1, bits: 8, colour: 'grey', rows: [[0]], before })
  assert.match(await reason(animated), /it is an animation/)
  const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer()
  assert.match(await reason(cmyk), /its colours are CMYK/)
})

const originals = sharedData('nih-cxr14', 'originals')

test('real films are read at 1024², and 32 of them become a tensor in good time', {
  skip: needData('nih-cxr14', 'originals'),
}, async context => {
  const files = readdirSync(originals).filter(name => name.endsWith('.png'))
  const bytes = files.map(name => readFileSync(join(originals, name)))
  const started = performance.now()
  const films = await Promise.all(Array.from({ length: 32 }, (_, i) => decodeFilm(bytes[i % bytes.length]!)))
  const decoded = performance.now()
  const { shape } = await tensorOf(films, contract())
  const ended = performance.now()
  assert.deepEqual(shape, [32, 3, 224, 224])
  assert.ok(films.every(film => film.width === 1024 && film.height === 1024))
  const each = (milliseconds: number): string => (milliseconds / 32).toFixed(1)
  context.diagnostic(
    `1024² PNG to tensor: ${each(ended - started)} ms a film (decode ${each(decoded - started)}, resize ${each(ended - decoded)})`,
  )
})

test('whatever bytes are spoiled, the answer is a film or a BadFilm', async () => {
  const pixels = Uint16Array.from({ length: 900 }, (_, i) => (i * 7919) % 65536)
  const png = await encodePng({ width: 30, height: 30, pixels })
  const raw = Buffer.from(pixels.map(value => value >> 8))
  const jpeg = await sharp(raw, { raw: { width: 30, height: 30, channels: 1 } })
    .jpeg()
    .toBuffer()
  const spoiled = fc
    .tuple(fc.constantFrom(png, jpeg), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }))
    .map(([whole, changes]) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      return bytes
    })
  await fc.assert(
    fc.asyncProperty(spoiled, async bytes => {
      const answer: unknown = await decodeFilm(bytes, { pixels: 1e6 }).catch((error: unknown) => error)
      if (answer instanceof Error) assert.ok(answer instanceof BadFilm, String(answer))
    }),
    { numRuns: 150 },
  )
})
