import { Problem } from '../../core/index.ts'
import { dtypeOfCode } from '../../graph/index.ts'
import { isFloat, type NdArray } from './array.ts'
import { zip } from './broadcast.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'

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
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz and Stegun 7.1.6): all terms of one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}

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

/** Floating-point types are not rounded to: everything stays float64. */
const cast: ReferenceOp = call => {
  const dtype = dtypeOfCode(call.int('to', 1))
  const { shape, data } = call.input(0)
  if (dtype === undefined || dtype === 'string') {
    throw new Problem(`Cannot run Cast: its target is ${dtype ?? 'unknown'}, a type of numbers was wanted`)
  }
  const convert = isFloat(dtype) ? (x: number) => x : dtype === 'bool' ? (x: number) => Number(x !== 0) : Math.trunc
  return { dtype, shape, data: data.map(x => convert(x)) }
}

const hardSigmoid = (call: Call): ((x: number) => number) => {
  const [alpha, beta] = [call.float('alpha', 0.2), call.float('beta', 0.5)]
  return x => clamp(alpha * x + beta, 0, 1)
}

const gelu: ReferenceOp = call =>
  map(
    call.input(0),
    call.string('approximate', 'none') === 'tanh'
      ? x => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  )

export const elementwise: ReferenceOps = {
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Cast: cast,
  Ceil: unary(Math.ceil),
  Clip: clip,
  Cos: unary(Math.cos),
  Div: divide,
  Dropout: call => {
    if ((call.inputs[2]?.data[0] ?? 0) !== 0) throw new Problem('Cannot run Dropout: its training mode is random')
    const value = call.input(0)
    return [value, { dtype: 'bool', shape: value.shape, data: value.data.map(() => 1) }]
  },
  Elu: call => map(call.input(0), x => (x > 0 ? x : call.float('alpha', 1) * Math.expm1(x))),
  Equal: comparison((a, b) => a === b),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Gelu: gelu,
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  HardSigmoid: call => map(call.input(0), hardSigmoid(call)),
  HardSwish: unary(x => x * clamp(x / 6 + 0.5, 0, 1)),
  Identity: unary(x => x),
  LeakyRelu: call => map(call.input(0), x => (x >= 0 ? x : call.float('alpha', 0.01) * x)),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Log: unary(Math.log),
  Max: variadic(Math.max),
  Mean: variadic((...numbers) => sum(...numbers) / numbers.length),
  Min: variadic(Math.min),
  Mod: mod,
  Mul: binary((a, b) => a * b),
  Neg: unary(x => -x),
  Not: call => ({ ...map(call.input(0), x => Number(x === 0)), dtype: 'bool' }),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Pow: binary((a, b) => a ** b),
  Reciprocal: unary(x => 1 / x),
  Relu: unary(x => Math.max(x, 0)),
  Round: unary(roundHalfToEven),
  Sigmoid: unary(sigmoid),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Softplus: unary(softplus),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Sum: variadic(sum),
  Tanh: unary(Math.tanh),
  Where: call =>
    zip([call.input(0), call.input(1), call.input(2)], (which, a, b) => (which !== 0 ? a : b), call.input(1).dtype),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
}
