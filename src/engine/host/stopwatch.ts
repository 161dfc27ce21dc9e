import { performance } from 'node:perf_hooks'
import { numbers, type Tensor, type Tensors, tensor } from '../../core/index.ts'
import type { NodeTime, ProgramProfile } from '../engine.ts'

const works = ['learning', 'answering', 'update', 'masks'] as const

type Work = (typeof works)[number]

/** Adds up what each kind of work takes. */
export interface Stopwatch {
  during<T>(work: Work, what: () => T | Promise<T>): Promise<T>
  /** As it travels from a host. */
  tensors(nodes: readonly NodeTime[]): Tensors
}

export function stopwatch(): Stopwatch {
  const took: Record<Work, number> = { learning: 0, answering: 0, update: 0, masks: 0 }
  return {
    async during(work, what) {
      const started = performance.now()
      try {
        return await what()
      } finally {
        took[work] += performance.now() - started
      }
    },
    tensors(nodes) {
      const shape = [nodes.length]
      const column = (of: (node: NodeTime) => number): Tensor => tensor('float64', shape, Float64Array.from(nodes, of))
      return {
        took: tensor('float64', [works.length], Float64Array.of(...works.map(work => took[work]))),
        name: tensor(
          'string',
          shape,
          nodes.map(({ name }) => name),
        ),
        operator: tensor(
          'string',
          shape,
          nodes.map(({ operator }) => operator),
        ),
        runs: column(({ runs }) => runs),
        milliseconds: column(({ milliseconds }) => milliseconds),
      }
    },
  }
}

export function profileOf({ took, name, operator, runs, milliseconds }: Tensors): ProgramProfile {
  const [learning = 0, answering = 0, update = 0, masks = 0] = numbers(took!)
  const nodes = Array.from(
    { length: name!.data.length },
    (_, at): NodeTime => ({
      name: String(name!.data[at]),
      operator: String(operator!.data[at]),
      runs: Number(runs!.data[at]),
      milliseconds: Number(milliseconds!.data[at]),
    }),
  )
  return { learning, answering, update, masks, nodes: nodes.sort((a, b) => b.milliseconds - a.milliseconds) }
}
