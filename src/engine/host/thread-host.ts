import { Worker } from 'node:worker_threads'
import type { Tensors } from '../../core/index.ts'
import { buffersOf } from '../buffers.ts'
import { deviceLock, hostNumber, leaveDevice } from '../device/device-lock.ts'
import { guardExit, markIdle, markWorking, newFlag } from './exit-guard.ts'
import type { OpenLink } from './link.ts'
import type { Reply, Request } from './protocol.ts'
import type { ThreadData } from './thread-data.ts'

/** A program in a worker thread: what goes to it and comes back is transferred, not copied. */
export const openThread: OpenLink = events => {
  const flag = newFlag()
  const host = hostNumber()
  const unguard = guardExit(flag)
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), {
    workerData: { busy: flag, device: deviceLock, host } satisfies ThreadData,
    execArgv: [],
    name: 'chestnut engine',
  })
  let lastWords = ''
  const gone = new Promise<void>(resolve => {
    worker.once('exit', code => {
      leaveDevice(deviceLock, host)
      markIdle(flag)
      unguard()
      events.died(lastWords === '' ? `its thread ended with code ${code}` : `its thread died of: ${lastWords}`)
      resolve()
    })
  })
  worker.on('message', (reply: Reply) => events.reply(reply))
  worker.on('messageerror', error => events.died(`a reply could not be read: ${error.message}`))
  worker.on('error', error => {
    lastWords = error.message
  })
  worker.unref()

  return {
    post(request) {
      markWorking(flag)
      worker.postMessage(request, buffersOf(tensorsIn(request)))
    },
    hold: held => (held ? worker.ref() : worker.unref()),
    gone: () => gone,
  }
}

function tensorsIn(request: Request): Tensors {
  switch (request.kind) {
    case 'load':
      return request.setup.initial
    case 'run':
      return request.inputs
    case 'write':
      return request.values
    default:
      return {}
  }
}
