import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { elements, isJsonObject, type Tensor, type Tensors } from '../core/index.ts'
import { type ByteReader, byteReader } from './byte-reader.ts'

/**
 * Tensors with a header, and a digest over all of it:
 *
 * - the SHA-256 of everything behind this line, as 64 hexadecimal digits, and a line feed;
 * - one line of JSON: the header, and as its `tensors` the name, type and shape of each;
 * - the tensors' values one after the other, little-endian.
 */
export interface TensorFile {
  readonly header: Header
  /** float32 and float64. */
  readonly tensors: Tensors
}

/** Plain data. Its `tensors` are the file's own. */
export type Header = Readonly<Record<string, unknown>>

/** Something else than what was written. The message says what: "it is cut off". */
export class Damaged extends Error {
  override readonly name: string = 'Damaged'
}

/** Hashed or written at a time, then others get their turn: some milliseconds. */
const pieceBytes = 2 ** 21
const longestHeader = 2 ** 26
const digestDigits = 64

/** A file's digest, and its bytes: the values are not copied. */
export interface WrittenTensors {
  /** What stands in its first line. */
  readonly digest: string
  stream(): ReadableStream<Uint8Array>
}

export async function writeTensors(file: TensorFile): Promise<WrittenTensors> {
  const hash = createHash('sha256')
  for (const piece of piecesOf(file)) {
    hash.update(piece)
    await setImmediate()
  }
  const digest = hash.digest('hex')
  return { digest, stream: () => streamOf(digest, file) }
}

function* piecesOf({ header, tensors }: TensorFile): Generator<Uint8Array, void, void> {
  const layout = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
  yield new TextEncoder().encode(`${JSON.stringify({ ...header, tensors: layout })}\n`)
  for (const value of Object.values(tensors)) {
    const bytes = bytesOf(value)
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
  }
}

function streamOf(digest: string, file: TensorFile): ReadableStream<Uint8Array> {
  const pieces = piecesOf(file)
  return new ReadableStream<Uint8Array>(
    {
      start: controller => controller.enqueue(new TextEncoder().encode(`${digest}\n`)),
      pull: controller => {
        const next = pieces.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
    },
    { highWaterMark: 0 },
  )
}

export interface ReadTensors extends TensorFile {
  readonly digest: string
}

/**
 * @param size of the file in bytes
 * @param check throws when the header is not one that this code reads
 * @throws {Damaged} when its bytes are not those that were written
 */
export async function readTensors(
  stream: ReadableStream<Uint8Array>,
  size: number,
  check: (header: Header) => void,
): Promise<ReadTensors> {
  const bytes = byteReader(stream)
  try {
    const digest = textOf(await bytes.line(digestDigits))
    const line = await bytes.line(longestHeader)
    if (digest.length !== digestDigits || line === undefined) throw new Damaged('it is cut off')
    const hash = createHash('sha256').update(line).update('\n')
    const header = parsed(line)
    const tensors = emptyTensors(header, size - digestDigits - line.length - 2)
    // Of what another version wrote, only the digest can be looked at.
    for await (const piece of tensors === undefined ? bytes.rest() : filled(bytes, tensors)) {
      hash.update(piece)
      await setImmediate()
    }
    if (hash.digest('hex') !== digest) throw new Damaged('its bytes are not those that were written')
    if (header === undefined) throw new Damaged('it has no header')
    check(header)
    if (tensors === undefined) throw new Damaged('its parts do not fit')
    return { header, tensors, digest }
  } finally {
    await bytes.close()
  }
}

/** Fills tensors, and gives what they were filled with. */
async function* filled(bytes: ByteReader, tensors: Tensors): AsyncGenerator<Uint8Array, void, void> {
  for (const value of Object.values(tensors)) {
    const target = bytesOf(value)
    for (let from = 0; from < target.length; from += pieceBytes) {
      const piece = target.subarray(from, from + pieceBytes)
      if (!(await bytes.fill(piece))) throw new Damaged('it is cut off')
      yield piece
    }
  }
}

function parsed(line: Uint8Array): Header | undefined {
  try {
    const found: unknown = JSON.parse(textOf(line))
    return isJsonObject(found) ? found : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The tensors of a header without their values; undefined when they are not what `room` bytes hold. */
function emptyTensors(header: Header | undefined, room: number): Tensors | undefined {
  const layout = header?.['tensors']
  if (!Array.isArray(layout)) return undefined
  const places: readonly unknown[] = layout
  if (!places.every(isPlace)) return undefined
  // A damaged header could ask for more memory than there is.
  if (places.reduce((sum, place) => sum + bytesIn(place), 0) !== room) return undefined
  return Object.fromEntries(places.map(({ name, dtype, shape }) => [name, { dtype, shape, data: make(dtype, shape) }]))
}

interface Place {
  readonly name: string
  readonly dtype: 'float32' | 'float64'
  readonly shape: readonly number[]
}

function isPlace(found: unknown): found is Place {
  if (!isJsonObject(found)) return false
  const { name, dtype, shape } = found
  if (typeof name !== 'string' || (dtype !== 'float32' && dtype !== 'float64')) return false
  return Array.isArray(shape) && shape.every(size => Number.isSafeInteger(size) && size >= 0)
}

function bytesIn({ dtype, shape }: Place): number {
  return elements(shape) * (dtype === 'float32' ? 4 : 8)
}

function make(dtype: Place['dtype'], shape: readonly number[]): Float32Array | Float64Array {
  return dtype === 'float32' ? new Float32Array(elements(shape)) : new Float64Array(elements(shape))
}

function bytesOf({ dtype, data }: Tensor): Uint8Array {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
  throw new TypeError(`Cannot keep a tensor of ${dtype}: only float32 and float64 are kept`)
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : new TextDecoder().decode(bytes)
}
