import { differentiate, gradientName } from '../autodiff/index.ts'
import { Problem, type Tensor, type Tensors, tensor } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import type { Graph } from '../graph/index.ts'
import { allClose } from './all-close.ts'

export interface GradientCheckOptions {
  /** The value to differentiate, of one element. Default `loss`. */
  readonly loss?: string
  /** Inputs or weights of the graph. */
  readonly of: readonly string[]
  /** A value for every input. */
  readonly inputs: Tensors
  /** How far each number is moved both ways. Default 1e-5. */
  readonly step?: number
  /** Largest |Δ| against the largest slope. Default 1e-6. */
  readonly relative?: number
}

/**
 * Holds the gradients that `differentiate` makes against central differences, (L(x+h) − L(x−h)) / 2h, both in float64 on
 * the reference. The values must stand away from kinks, where there is no slope to compare with.
 */
export function checkGradients(graph: Graph, options: GradientCheckOptions): void {
  const { loss = 'loss', of, inputs, step = 1e-5, relative = 1e-6 } = options
  const training = differentiate(graph, { loss, of })
  const found = interpret(training, inputs, { outputs: of.map(gradientName) })
  for (const name of of) {
    const value = inputs[name] ?? graph.weights[name]
    if (value === undefined) throw new Problem(`Cannot check the gradient of "${name}": it has no value`)
    const slopes = centralDifferences(moved => lossOf(graph, { ...inputs, [name]: moved }, loss), value, step)
    allClose(found[gradientName(name)]!, slopes, { relative, absolute: 1e-9, name: gradientName(name) })
  }
}

function lossOf(graph: Graph, inputs: Tensors, loss: string): number {
  return Number(interpret(graph, inputs, { outputs: [loss] })[loss]!.data[0])
}

function centralDifferences(f: (value: Tensor) => number, at: Tensor, step: number): Tensor {
  const start = Float64Array.from(at.data as ArrayLike<number>)
  const slopes = start.map((_, place) => {
    const at_ = (by: number): number => f(tensor('float64', at.shape, start.with(place, start[place]! + by)))
    return (at_(step) - at_(-step)) / (2 * step)
  })
  return tensor('float64', at.shape, slopes)
}
