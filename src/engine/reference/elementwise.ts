import { type Dtype, Problem } from '../../core/index.ts'
import { dtypeOfCode, type ScalarFunction, scalarFunctions } from '../../graph/index.ts'
import { isFloat, type NdArray } from './array.ts'
import { zip } from './broadcast.ts'
import type { ReferenceOp, ReferenceOps } from './call.ts'

const map = (value: NdArray, f: (x: number) => number): NdArray => ({ ...value, data: value.data.map(x => f(x)) })

const unary =
  (f: (x: number) => number): ReferenceOp =>
  call =>
    map(call.input(0), f)

const binary =
  (f: (a: number, b: number) => number): ReferenceOp =>
  call =>
    zip([call.input(0), call.input(1)], f)

const comparison =
  (f: (a: number, b: number) => boolean): ReferenceOp =>
  call =>
    zip([call.input(0), call.input(1)], (a, b) => Number(f(a, b)), 'bool')

const variadic =
  (f: (...numbers: number[]) => number): ReferenceOp =>
  call =>
    zip(
      call.inputs.map((_, place) => call.input(place)),
      f,
    )

const sum = (...numbers: number[]): number => numbers.reduce((total, x) => total + x, 0)
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

/** ONNX rounds halves to the even neighbour. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

const divide: ReferenceOp = call => {
  const whole = !isFloat(call.input(0).dtype)
  return zip([call.input(0), call.input(1)], (a, b) => (whole ? Math.trunc(a / b) : a / b))
}

const mod: ReferenceOp = call => {
  const likeC = call.int('fmod', 0) === 1
  return zip([call.input(0), call.input(1)], (a, b) => (likeC ? a % b : a - b * Math.floor(a / b)))
}

const clip: ReferenceOp = call => {
  const low = call.inputs[1]?.data[0] ?? call.float('min', Number.NEGATIVE_INFINITY)
  const high = call.inputs[2]?.data[0] ?? call.float('max', Number.POSITIVE_INFINITY)
  return map(call.input(0), x => clamp(x, low, high))
}

/** Floating-point types are not rounded to here: everything stays float64, and `interpret` rounds what is float16. */
function converted({ shape, data }: NdArray, dtype: Dtype | undefined): NdArray {
  if (dtype === undefined || dtype === 'string') {
    throw new Problem(`Cannot run Cast: its target is ${dtype ?? 'unknown'}, a type of numbers was wanted`)
  }
  const convert = isFloat(dtype) ? (x: number) => x : dtype === 'bool' ? (x: number) => Number(x !== 0) : Math.trunc
  return { dtype, shape, data: data.map(x => convert(x)) }
}

const scalar =
  ({ value }: ScalarFunction): ReferenceOp =>
  call =>
    map(call.input(0), x => value(x, call.node))

export const elementwise: ReferenceOps = {
  ...Object.fromEntries(Object.entries(scalarFunctions).map(([name, f]) => [name, scalar(f)])),
  Add: binary((a, b) => a + b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Cast: call => converted(call.input(0), dtypeOfCode(call.int('to', 1))),
  CastLike: call => converted(call.input(0), call.input(1).dtype),
  Ceil: unary(Math.ceil),
  Clip: clip,
  Div: divide,
  Dropout: call => {
    if ((call.inputs[2]?.data[0] ?? 0) !== 0) throw new Problem('Cannot run Dropout: its training mode is random')
    const value = call.input(0)
    return [value, { dtype: 'bool', shape: value.shape, data: value.data.map(() => 1) }]
  },
  Equal: comparison((a, b) => a === b),
  Floor: unary(Math.floor),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Identity: unary(x => x),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Max: variadic(Math.max),
  Mean: variadic((...numbers) => sum(...numbers) / numbers.length),
  Min: variadic(Math.min),
  Mod: mod,
  Mul: binary((a, b) => a * b),
  Not: call => ({ ...map(call.input(0), x => Number(x === 0)), dtype: 'bool' }),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  PRelu: binary((x, slope) => (x >= 0 ? x : slope * x)),
  Pow: binary((a, b) => a ** b),
  Round: unary(roundHalfToEven),
  Sign: unary(Math.sign),
  Sub: binary((a, b) => a - b),
  Sum: variadic(sum),
  Where: call =>
    zip([call.input(0), call.input(1), call.input(2)], (which, a, b) => (which !== 0 ? a : b), call.input(1).dtype),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
}
