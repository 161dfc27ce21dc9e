import type { Dimension, Shape } from '../graph.ts'
import { ShapeFault } from './rule.ts'

/** Text of a shape for messages: `[N, 3, 224, 224]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** The one size that two equal sizes must have. */
export function unify(a: Dimension, b: Dimension, what: string): Dimension {
  if (a === b) return a
  if (typeof a === 'number' && typeof b === 'number') throw new ShapeFault(`${what} differ: ${a} and ${b}`)
  if (typeof a === 'number') return a
  if (typeof b === 'number') return b
  return a === '?' ? b : a
}

/** The size that two sizes broadcast to (numpy's rule). */
function broadcastSize(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === b || b === 1) return a
  if (a === 1) return b
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a
  return typeof b === 'number' ? b : '?'
}

/** The shape that shapes broadcast to. @throws ShapeFault when they do not */
export function broadcastShapes(shapes: readonly Shape[]): Shape {
  return shapes.reduce((left, right) => {
    const rank = Math.max(left.length, right.length)
    return Array.from({ length: rank }, (_, i) => {
      const size = broadcastSize(left[i - rank + left.length] ?? 1, right[i - rank + right.length] ?? 1)
      if (size === undefined) throw new ShapeFault(`${shapeText(left)} and ${shapeText(right)} do not broadcast`)
      return size
    })
  })
}

/** A product of sizes: the numbers multiplied, the names kept. */
interface Product {
  readonly factor: number
  readonly names: readonly string[]
}

function productOf(sizes: Shape): Product {
  const names = sizes.filter(size => typeof size === 'string')
  const factor = sizes.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1)
  return { factor, names }
}

/** The product of sizes as one size: `N · 1` is `N`, `N · 2` is not known. */
export function multiply(sizes: Shape): Dimension {
  const { factor, names } = productOf(sizes)
  if (names.length === 0 || factor === 0) return factor
  return names.length === 1 && factor === 1 ? names[0]! : '?'
}

/** The size that makes `known · size` equal to `total`: what -1 stands for in a Reshape. */
export function divide(total: Shape, known: Shape): Dimension {
  const whole = productOf(total)
  const part = productOf(known)
  const left = [...whole.names]
  for (const name of part.names) {
    const at = name === '?' ? -1 : left.indexOf(name)
    if (at < 0) return '?'
    left.splice(at, 1)
  }
  if (part.factor === 0) return '?'
  const factor = whole.factor / part.factor
  if (left.length === 0) {
    if (Number.isInteger(factor)) return factor
    throw new ShapeFault(`${shapeText(total)} cannot be divided into parts of ${shapeText(known)}`)
  }
  return left.length === 1 && factor === 1 ? left[0]! : '?'
}

/** Arithmetic on sizes; a name with anything but a neutral number is not known. */
export function dimensionArithmetic(op: string, a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') {
    if (op === 'Add') return a + b
    if (op === 'Sub') return a - b
    if (op === 'Mul') return a * b
    if (op === 'Mod') return b === 0 ? '?' : a - b * Math.floor(a / b)
    return b === 0 ? '?' : Math.trunc(a / b)
  }
  if ((op === 'Add' || op === 'Sub') && b === 0) return a
  if ((op === 'Mul' || op === 'Div') && b === 1) return a
  if (op === 'Add' && a === 0) return b
  if (op === 'Mul' && a === 1) return b
  return '?'
}
