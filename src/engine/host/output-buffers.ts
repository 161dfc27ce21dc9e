import { elements, type Tensor, type Tensors } from '../../core/index.ts'
import type { Setup } from './protocol.ts'
import type { Resident } from './resident.ts'
import type { Session } from './session.ts'

/** Buffers that runs write into, so that gradients and state do not cost an allocation in every step. */
export interface OutputBuffers {
  /** The buffers for those of the outputs that do not leave the host. */
  take(fetched: readonly string[], leaving: readonly string[]): Tensors
  /** A state's former value becomes the buffer of its next one. */
  recycle(output: string, former: Tensor): void
}

export function outputBuffers(setup: Setup, session: Session, resident: Resident): OutputBuffers {
  const buffers = new Map<string, Tensor>()
  const states = new Set(Object.values(setup.state))
  const gradientOf = new Map(Object.entries(setup.update?.gradients ?? {}).map(([name, output]) => [output, name]))

  const bufferOf = (output: string): Tensor | undefined => {
    const known = buffers.get(output)
    if (known !== undefined) return known
    const parameter = gradientOf.get(output)
    if (parameter === undefined) return undefined
    const { shape } = resident.input(parameter)
    const made: Tensor = { dtype: 'float32', shape, data: new Float32Array(elements(shape)) }
    buffers.set(output, made)
    return made
  }
  return {
    take(fetched, leaving) {
      const taken: Record<string, Tensor> = {}
      for (const output of fetched) {
        const buffer = leaving.includes(output) ? undefined : bufferOf(output)
        if (buffer !== undefined) taken[output] = buffer
        if (states.has(output)) buffers.delete(output)
      }
      return taken
    },
    recycle(output, former) {
      const shape = session.shapeOf(output)
      if (shape?.join() === former.shape.join()) buffers.set(output, former)
    },
  }
}
