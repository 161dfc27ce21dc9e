import type { Tensors } from '../../core/index.ts'
import { foldShapes, type Graph, withOutputs } from '../../graph/index.ts'
import { fixSizes } from './fix-sizes.ts'
import { type PackedGraph, packGraph, sizesOf } from './pack.ts'
import { refusal } from './refusal.ts'
import { refusedOperators } from './refused-operators.ts'
import { suitWebGpu } from './suit-webgpu.ts'
import { openWebGpuSession, type WebGpuSession, wouldFallBack } from './webgpu-session.ts'

/** A session for runs of one kind: ONNX Runtime computes every output of a session, so each kind has its own. */
export interface Variant extends Pick<PackedGraph, 'pack' | 'unpack'> {
  readonly session: WebGpuSession
  /** The inputs that stay on the device. */
  readonly resident: readonly string[]
}

export interface VariantOptions {
  readonly answers: readonly string[]
  /** Input ← output: what the run carries to the next one. */
  readonly state: Readonly<Record<string, string>>
}

export interface Variants {
  /** Sees that the device takes all of it, before there is a run. @throws Problem that names the operators that it does not */
  check(options: VariantOptions): Promise<void>
  /** The session for runs that are given such tensors. Made when it is first wanted. */
  open(options: VariantOptions, given: Tensors): Promise<Variant>
  release(): Promise<void>
}

/** Sessions that are kept. A training has two, or four where each batch size needs its own. */
const mostSessions = 8

/**
 * One session serves every batch size. Where a graph computes shapes in a way that would take the CPU, each batch size has its
 * own, in which these shapes are numbers.
 */
export function variants(graph: Graph, resident: ReadonlySet<string>): Variants {
  const made = new Map<string, Variant>()
  let sized = false

  const build = async ({ answers, state }: VariantOptions, given: Tensors | undefined): Promise<Variant> => {
    const kept = [...new Set(Object.values(state))]
    const any = suitWebGpu(foldShapes(withOutputs(graph, [...new Set([...answers, ...kept])])))
    const isFixed = sized && given !== undefined
    const part = isFixed ? fixSizes(any, sizesOf(any.inputs, given)) : any
    const inputs = part.inputs.map(({ name }) => name)
    const own = inputs.filter(name => !resident.has(name))
    const packed = packGraph(part, { given: own, answers, kept })
    try {
      return {
        session: await openWebGpuSession(packed.graph, packed.answers),
        resident: inputs.filter(name => resident.has(name)),
        pack: tensors => packed.pack(Object.fromEntries(own.map(name => [name, tensors[name]!]))),
        unpack: packed.unpack,
      }
    } catch (error) {
      if (!wouldFallBack(error)) throw error
      const refused = await refusedOperators(part)
      if (refused.length > 0 || isFixed) throw refusal(graph.name, refused)
      throw error
    }
  }

  const keep = async (key: string, variant: Variant): Promise<Variant> => {
    const [oldest] = made
    if (oldest !== undefined && made.size >= mostSessions) {
      made.delete(oldest[0])
      await oldest[1].session.release()
    }
    made.set(key, variant)
    return variant
  }

  const open = async (options: VariantOptions, given: Tensors | undefined): Promise<Variant> => {
    const key = keyOf(options, sized ? given : undefined)
    const known = made.get(key)
    if (known !== undefined) return known
    try {
      return await keep(key, await build(options, given))
    } catch (error) {
      if (sized || !wouldFallBack(error)) throw error
      sized = true
      return open(options, given)
    }
  }

  return {
    open,
    async check(options) {
      try {
        await keep(keyOf(options, undefined), await build(options, undefined))
      } catch (error) {
        if (!wouldFallBack(error)) throw error
        // Every operator is one that the device takes: it is the shapes that need to be known.
        sized = true
      }
    },
    async release() {
      for (const { session } of made.values()) await session.release()
      made.clear()
    },
  }
}

function keyOf({ answers, state }: VariantOptions, given: Tensors | undefined): string {
  const shapes = Object.entries(given ?? {}).map(([name, { shape }]) => `${name} ${shape.join()}`)
  return [...answers.toSorted(), '', ...Object.values(state).toSorted(), '', ...shapes.toSorted()].join('\n')
}
