import type { Tensor } from '../../core/index.ts'
import { build } from '../../graph/index.ts'
import { type DeviceTensor, openWebGpuSession, type WebGpuSession } from './webgpu-session.ts'

/**
 * Copies between the host and the device outside of a run. The binding of ONNX Runtime has no call for it, so a graph that
 * does nothing takes a value in one memory and gives it back in the other.
 */
export interface Transfer {
  upload(value: Tensor): Promise<DeviceTensor>
  download(value: DeviceTensor): Promise<Tensor>
  release(): Promise<void>
}

export function transfer(): Transfer {
  const sessions = new Map<string, Promise<WebGpuSession>>()
  const sessionFor = (rank: number, way: 'up' | 'down'): Promise<WebGpuSession> => {
    const key = `${way} ${rank}`
    const known = sessions.get(key) ?? openCopy(rank, way)
    sessions.set(key, known)
    return known
  }
  return {
    async upload(value) {
      const session = await sessionFor(value.shape.length, 'up')
      return (await session.run({ value }, {})).kept['copy']!
    },
    async download(value) {
      const session = await sessionFor(value.dims.length, 'down')
      return (await session.run({}, { value })).answers['copy']!
    },
    async release() {
      for (const session of sessions.values()) await (await session).release()
      sessions.clear()
    },
  }
}

function openCopy(rank: number, way: 'up' | 'down'): Promise<WebGpuSession> {
  const builder = build('copy')
  const shape = Array.from({ length: rank }, (_, axis) => `d${axis}`)
  const value = builder.input({ name: 'value', dtype: 'float32', shape })
  builder.output(builder.node('Identity', [value], {}, { name: 'copy' }))
  return openWebGpuSession(builder.finish(), way === 'up' ? [] : ['copy'])
}
