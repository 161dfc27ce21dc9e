import { isJsonObject, type JsonObject, type Tensors } from '../../core/index.ts'
import { BadWeights } from './bad-weights.ts'
import type { ByteSource } from './byte-source.ts'
import { byteLength, type FileDtype, numbersIn, tensorOf } from './float-data.ts'
import { checkJson } from './json-check.ts'
import type { Weights } from './weights.ts'

/** What the format itself allows. */
const longestHeader = 100_000_000
/** An entry has a shape within it, and three keys of its own. No network has so many tensors in a file. */
const limits = { depth: 4, keys: 400_000, unique: true }

const dtypes: Readonly<Record<string, FileDtype>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  U64: 'uint64',
  I32: 'int32',
  U32: 'uint32',
  I16: 'int16',
  U16: 'uint16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}

interface Entry {
  readonly name: string
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}

/** Whether a file begins like safetensors: eight bytes of a length, then a JSON object. */
export function isSafetensors(start: Uint8Array): boolean {
  return start[8] === 0x7b
}

/**
 * Reads safetensors: the header's length (u64), the header (JSON: name → type, shape, place), then the numbers, which must
 * fill the rest of the file without a gap or an overlap (format of the safetensors project, version 0.8).
 *
 * @throws BadWeights, or a RangeError for a file that ends too early
 */
export function readSafetensors(source: ByteSource): Weights {
  const length = headerLength(source.read(0, 8))
  if (length > longestHeader) {
    throw new BadWeights(`its header claims ${length} bytes, ${longestHeader} are the format's limit`)
  }
  const start = 8 + length
  const entries = readHeader(source.read(8, start))
  checkPlaces(entries, source.size - start)
  const tensors: Tensors = Object.fromEntries(
    entries.map(({ name, dtype, shape, from, to }) => [
      name,
      tensorOf(dtype, shape, numbersIn(source.read(start + from, start + to), dtype)),
    ]),
  )
  return { format: 'safetensors', tensors, about: {} }
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
}

function readHeader(bytes: Uint8Array): readonly Entry[] {
  const header = parse(bytes)
  const entries: Entry[] = []
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.push(readEntry(name, value))
  }
  return entries
}

function parse(bytes: Uint8Array): JsonObject {
  const reason = 'its header is no JSON object in UTF-8'
  let header: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    checkJson(text, limits)
    header = JSON.parse(text)
  } catch (cause) {
    throw cause instanceof BadWeights ? cause : new BadWeights(reason, { cause })
  }
  if (!isJsonObject(header)) throw new BadWeights(reason)
  return header
}

function readEntry(name: string, value: unknown): Entry {
  if (!isJsonObject(value)) throw new BadWeights(`its header says nothing of "${name}"`)
  const { dtype: type, shape, data_offsets: places } = value
  const dtype = typeof type === 'string' && Object.hasOwn(dtypes, type) ? dtypes[type] : undefined
  if (dtype === undefined) {
    throw new BadWeights(
      `"${name}" is of type ${JSON.stringify(type)}, one of ${Object.keys(dtypes).join(', ')} was wanted`,
    )
  }
  const [from, to, ...more] = isSizes(places) ? places : []
  if (!isSizes(shape) || from === undefined || to === undefined || more.length > 0) {
    throw new BadWeights(`the shape or the place of "${name}" is not made of whole numbers`)
  }
  if (to - from !== byteLength(dtype, shape)) {
    throw new BadWeights(`"${name}" of type ${dtype} and shape [${shape.join(', ')}] lies in ${to - from} bytes`)
  }
  return { name, dtype, shape, from, to }
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0)
}

function checkPlaces(entries: readonly Entry[], size: number): void {
  let end = 0
  let before = ''
  for (const { name, from, to } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) throw new BadWeights(`"${name}" overlaps "${before}"`)
    if (from > end) throw new BadWeights(`before "${name}" there are ${from - end} bytes that belong to nothing`)
    if (to > size) throw new BadWeights(`"${name}" ends at byte ${to} of ${size}: the file was cut off, or is damaged`)
    end = to
    before = name
  }
  if (end !== size) throw new BadWeights(`its last ${size - end} bytes belong to nothing`)
}
