import { BadWeights } from '../bad-weights.ts'
import type { Cursor } from '../cursor.ts'
import { call, globalOf, instanceOf } from './globals.ts'
import { addItems, type Machine, setItems } from './machine.ts'
import { nameOf } from './name.ts'
import { Instance, Tuple, type Value } from './values.ts'

/** Largest integer that is read, in bytes. Python's have no limit; the format's magic number has ten. */
const longestInteger = 256

/** What an instruction does. One that is not here is refused. Names as in Python's pickletools. */
export const opcodes: Readonly<Record<string, (m: Machine) => void>> = {
  // PROTO, FRAME
  '\x80': ({ at }) => {
    if (at.u8() > 5) throw new BadWeights('its pickle is of a newer protocol than 5')
  },
  '\x95': ({ at }) => at.skip(8),
  // MARK, POP, POP_MARK, DUP
  '(': m => m.pushMark(),
  '0': m => void m.pop(),
  '1': m => void m.sinceMark(),
  '2': m => m.push(m.top()),
  // NONE, NEWTRUE, NEWFALSE, INT, LONG, BININT, BININT1, BININT2, LONG1, LONG4, FLOAT, BINFLOAT
  N: m => m.push(null),
  '\x88': m => m.push(true),
  '\x89': m => m.push(false),
  I: m => m.push(integerIn(lineOf(m.at))),
  L: m => m.push(integerIn(lineOf(m.at).replace(/L$/, ''))),
  J: m => m.push(m.at.u32() | 0),
  K: m => m.push(m.at.u8()),
  M: m => m.push(m.at.u16()),
  '\x8a': m => m.push(longOf(m.at.bytes(m.at.u8()))),
  '\x8b': m => m.push(longOf(m.at.bytes(m.at.u32()))),
  F: m => m.push(Number(lineOf(m.at))),
  G: m => m.push(bigEndianDouble(m.at)),
  // UNICODE, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, STRING, BINSTRING, SHORT_BINSTRING
  V: m => m.push(lineOf(m.at)),
  X: m => m.push(utf8(m.at.bytes(m.at.u32()))),
  '\x8c': m => m.push(utf8(m.at.bytes(m.at.u8()))),
  '\x8d': m => m.push(utf8(m.at.bytes(m.at.u64()))),
  S: m => m.push(lineOf(m.at).slice(1, -1)),
  T: m => m.push(utf8(m.at.bytes(m.at.u32()))),
  U: m => m.push(utf8(m.at.bytes(m.at.u8()))),
  // BINBYTES, SHORT_BINBYTES, BINBYTES8, BYTEARRAY8
  B: m => m.push(m.at.bytes(m.at.u32())),
  C: m => m.push(m.at.bytes(m.at.u8())),
  '\x8e': m => m.push(m.at.bytes(m.at.u64())),
  '\x96': m => m.push(m.at.bytes(m.at.u64())),
  // EMPTY_LIST, EMPTY_DICT, EMPTY_TUPLE, EMPTY_SET, LIST, TUPLE, TUPLE1, TUPLE2, TUPLE3, DICT, FROZENSET
  ']': m => m.push([]),
  '}': m => m.push(new Map()),
  ')': m => m.push(new Tuple([])),
  '\x8f': m => m.push(new Set()),
  l: m => m.push(m.sinceMark()),
  t: m => m.push(new Tuple(m.sinceMark())),
  '\x85': m => m.push(new Tuple(m.take(1))),
  '\x86': m => m.push(new Tuple(m.take(2))),
  '\x87': m => m.push(new Tuple(m.take(3))),
  d: m => {
    const pairs = m.sinceMark()
    const dictionary = new Map<Value, Value>()
    setItems(dictionary, pairs)
    m.push(dictionary)
  },
  '\x91': m => m.push(new Set(m.sinceMark())),
  // APPEND, APPENDS, ADDITEMS, SETITEM, SETITEMS
  a: m => {
    const values = m.take(1)
    addItems(m.top(), values)
  },
  e: m => {
    const values = m.sinceMark()
    addItems(m.top(), values)
  },
  '\x90': m => {
    const values = m.sinceMark()
    addItems(m.top(), values)
  },
  s: m => {
    const pair = m.take(2)
    setItems(m.top(), pair)
  },
  u: m => {
    const pairs = m.sinceMark()
    setItems(m.top(), pairs)
  },
  // PUT, BINPUT, LONG_BINPUT, MEMOIZE, GET, BINGET, LONG_BINGET
  p: m => m.remember(Number(lineOf(m.at))),
  q: m => m.remember(m.at.u8()),
  r: m => m.remember(m.at.u32()),
  '\x94': m => m.remember(),
  g: m => m.recall(Number(lineOf(m.at))),
  h: m => m.recall(m.at.u8()),
  j: m => m.recall(m.at.u32()),
  // GLOBAL, STACK_GLOBAL, REDUCE, NEWOBJ, NEWOBJ_EX, BUILD, BINPERSID
  c: m => m.push(globalOf(lineOf(m.at), lineOf(m.at))),
  '\x93': m => {
    const [module, name] = m.take(2)
    m.push(globalOf(nameOf(module), nameOf(name)))
  },
  R: m => {
    const [callee, args] = m.take(2)
    if (!(args instanceof Tuple)) throw new BadWeights('it is damaged: a call has no arguments')
    m.push(call(callee ?? null, args.items))
  },
  '\x81': m => m.push(instanceOf(m.take(2)[0])),
  '\x92': m => m.push(instanceOf(m.take(3)[0])),
  b: m => {
    const state = m.pop()
    const target = m.top()
    // What is built onto a dictionary or a tensor, such as `_metadata`, is about saving, not about weights.
    if (target instanceof Instance) target.state = state
  },
  Q: m => m.push(m.persistent(m.pop())),
}

function lineOf(at: Cursor): string {
  const bytes: number[] = []
  for (let byte = at.u8(); byte !== 0x0a; byte = at.u8()) bytes.push(byte)
  return utf8(Uint8Array.from(bytes))
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Protocol 0 writes truth values as 00 and 01. */
function integerIn(text: string): Value {
  if (text === '01') return true
  if (text === '00') return false
  if (!/^-?\d{1,300}$/.test(text)) throw new BadWeights('it is damaged: a number was wanted')
  return small(BigInt(text))
}

/** Little-endian, two's complement. */
function longOf(bytes: Uint8Array): Value {
  if (bytes.length > longestInteger) throw new BadWeights(`it has an integer of ${bytes.length} bytes`)
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  return small(BigInt.asIntN(bytes.length * 8, value))
}

function small(value: bigint): Value {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function bigEndianDouble(at: Cursor): number {
  const bytes = at.bytes(8)
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0)
}
