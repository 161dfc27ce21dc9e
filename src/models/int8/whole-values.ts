import { float32, Problem, scalar, type Tensor, tensor } from '../../core/index.ts'
import { type Graph, inferShapes, int, type Node, type Value } from '../../graph/index.ts'
import type { SumsOf } from './exact-stem.ts'
import type { Int8Plan } from './plan.ts'
import { type Measured, type Uint8Form, uint8Form, union } from './range.ts'

/** A value in whole numbers: its name there, and what they stand for. */
export interface WholeValue extends Uint8Form {
  readonly value: string
}

/** Before the names of everything that a file does not bring itself. */
export const prefix = 'int8/'

/** Keeps count of what is there in whole numbers, what in floats, and puts the conversions between them. */
export interface WholeValues {
  readonly nodes: Node[]
  readonly weights: Record<string, Tensor>
  /** Types and shapes of the uint8 values. */
  readonly values: readonly Value[]
  readonly held: ReadonlyMap<string, WholeValue>
  formOf(name: string): Uint8Form
  /** The names of scale and zero point of a value. */
  formInputs(name: string): readonly string[]
  /** What calibration films say of a value. */
  measuredOf(name: string): Measured
  weight(name: string, value: Tensor): string
  /** Says that the next node gives a value in whole numbers. @returns its name there */
  hold(name: string): string
  /** The value in whole numbers, converted if need be. */
  wholeOf(name: string): string
  /** Sees to it that the value is there in floats, under its own name. */
  needFloat(name: string): void
  /** Takes over a node on floats as it is. */
  keep(node: Node): void
}

/** @param sums values that are quotients of whole numbers, by name */
export function wholeValues(
  graph: Graph,
  plan: Int8Plan,
  measured: ReadonlyMap<string, Measured>,
  sums: ReadonlyMap<string, SumsOf>,
): WholeValues {
  const shapes = inferShapes(graph)
  const weights: Record<string, Tensor> = { ...graph.weights }
  const nodes: Node[] = []
  const values: Value[] = []
  const held = new Map<string, WholeValue>()
  const floating = new Set([...graph.inputs.map(({ name }) => name), ...Object.keys(graph.weights)])

  const weight = (name: string, value: Tensor): string => {
    weights[`${prefix}${name}`] = value
    return `${prefix}${name}`
  }
  const formOf = (name: string): Uint8Form =>
    uint8Form(union(plan.sharing(name).map(value => measuredOf(measured, value).range)))
  const formInputs = (name: string): readonly string[] => {
    const { scale, zeroPoint } = formOf(name)
    return [
      weight(`${name}/scale`, scalar(scale)),
      weight(`${name}/zero`, tensor('uint8', [], Uint8Array.of(zeroPoint))),
    ]
  }
  const hold = (name: string): string => {
    const value = `${prefix}${name}`
    held.set(name, { ...formOf(name), value })
    const shape = shapes.get(name)?.shape
    if (shape !== undefined) values.push({ name: value, dtype: 'uint8', shape })
    return value
  }
  /** Divides, cuts off and rounds in one go. */
  const fromSums = (name: string, value: string, { sums: from, divisors }: SumsOf): Node => {
    const { scale, zeroPoint } = formOf(name)
    const count = divisors.length
    const scales = float32(
      [count],
      divisors.map(divisor => divisor * scale),
    )
    const zeros = tensor('uint8', [count], new Uint8Array(count).fill(zeroPoint))
    const inputs = [from, weight(`${name}/scales`, scales), weight(`${name}/zeros`, zeros)]
    return { op: 'QuantizeLinear', inputs, outputs: [value], attributes: { axis: int(1) } }
  }
  return {
    nodes,
    weights,
    values,
    held,
    formOf,
    formInputs,
    measuredOf: name => measuredOf(measured, name),
    weight,
    hold,
    wholeOf: name => {
      const found = held.get(name)
      if (found !== undefined) return found.value
      const value = hold(name)
      const known = sums.get(name)
      if (known === undefined) {
        nodes.push({ op: 'QuantizeLinear', inputs: [name, ...formInputs(name)], outputs: [value], attributes: {} })
      } else nodes.push(fromSums(name, value, known))
      return value
    },
    needFloat: name => {
      const found = held.get(name)
      if (found === undefined || floating.has(name)) return
      floating.add(name)
      const inputs = [found.value, ...formInputs(name)]
      nodes.push({ op: 'DequantizeLinear', inputs, outputs: [name], attributes: {} })
    },
    keep: node => {
      for (const name of node.outputs) floating.add(name)
      nodes.push(node)
    },
  }
}

function measuredOf(measured: ReadonlyMap<string, Measured>, value: string): Measured {
  const found = measured.get(value)
  if (found !== undefined) return found
  throw new Problem(`Cannot compute "${value}" in int8: the range of its numbers was not measured`)
}
