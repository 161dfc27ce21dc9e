import { BadWeights } from '../bad-weights.ts'
import { type Cursor, cursor } from '../cursor.ts'
import type { FileDtype } from '../float-data.ts'

/** How an element is stored. */
export type Datatype =
  | { readonly kind: 'number'; readonly dtype: FileDtype; readonly size: number }
  | { readonly kind: 'text'; readonly size: number }
  /** Elements of any length, in a heap of their own. */
  | { readonly kind: 'long-text'; readonly size: number }
  | { readonly kind: 'opaque'; readonly size: number }
  /** Something that no weight has; only an error when it is read. */
  | { readonly kind: 'other'; readonly size: number }

const classes = { integer: 0, float: 1, text: 3, opaque: 5, enumeration: 8, variable: 9 }

/** By bytes, bits of exponent and bits of fraction. */
const floats: ReadonlyMap<string, FileDtype> = new Map([
  ['8:11:52', 'float64'],
  ['4:8:23', 'float32'],
  ['2:5:10', 'float16'],
  ['2:8:7', 'bfloat16'],
])

/** Specification, IV.A.2.d. */
export function readDatatype(body: Uint8Array): Datatype {
  return readType(cursor(body))
}

function readType(at: Cursor): Datatype {
  const kind = at.u8() & 0x0f
  const bits = at.uint(3)
  const size = at.u32()
  switch (kind) {
    case classes.integer:
      return integer(size, bits)
    case classes.float:
      return float(size, bits, at)
    case classes.text:
      return { kind: 'text', size }
    case classes.opaque:
      return { kind: 'opaque', size }
    case classes.enumeration:
      // Python's truth values: an enumeration of integers.
      return readType(at)
    case classes.variable:
      return (bits & 0x0f) === 1 ? { kind: 'long-text', size } : { kind: 'other', size }
    default:
      return { kind: 'other', size }
  }
}

function integer(size: number, bits: number): Datatype {
  const dtype = ({ 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' } as const)[size]
  if (dtype === undefined) return { kind: 'other', size }
  if (size > 1) checkOrder(bits)
  return { kind: 'number', dtype: bits & 0x08 ? dtype : `u${dtype}`, size }
}

function float(size: number, bits: number, at: Cursor): Datatype {
  checkOrder(bits)
  at.skip(5)
  const exponent = at.u8()
  at.skip(1)
  const fraction = at.u8()
  const dtype = floats.get(`${size}:${exponent}:${fraction}`)
  return dtype === undefined ? { kind: 'other', size } : { kind: 'number', dtype, size }
}

function checkOrder(bits: number): void {
  if (bits & 0x01) throw new BadWeights('its numbers are big-endian, little-endian ones were wanted')
}
