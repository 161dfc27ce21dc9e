import { Problem, type Tensors, throwIfAborted } from '../core/index.ts'
import { errorOf } from './host/failures.ts'
import type { Link, OpenLink } from './host/link.ts'
import type { Reply, Request } from './host/protocol.ts'

/** A request, made when its turn comes: copying inputs early would only hold memory. */
export type MakeRequest = () => Request | Promise<Request>

/** Requests to a host, answered one after the other. */
export interface Conversation {
  ask(request: MakeRequest, signal?: AbortSignal): Promise<Tensors>
  /** Waits for the request that has begun, refuses those that wait, and ends the host. */
  close(): Promise<void>
}

interface Asked {
  readonly request: MakeRequest
  readonly resolve: (tensors: Tensors) => void
  readonly reject: (error: unknown) => void
}

/** @param graph the graph's name, for sentences */
export function converse(graph: string, openLink: OpenLink): Conversation {
  const waiting: Asked[] = []
  let current: Asked | undefined
  let refusal: Problem | undefined
  let dead = false
  let closed: Promise<void> | undefined

  const link: Link = openLink({
    reply(reply) {
      if (current !== undefined) settle(current, reply)
      current = undefined
      advance()
    },
    died(cause) {
      dead = true
      refusal ??= new Problem(`Cannot run graph "${graph}": its host is gone, ${cause}`)
      current?.reject(refusal)
      current = undefined
      refuseWaiting(refusal)
    },
  })

  const refuseWaiting = (reason: Problem): void => {
    for (const asked of waiting.splice(0)) asked.reject(reason)
  }

  const advance = (): void => {
    if (current !== undefined || dead) return
    current = waiting.shift()
    link.hold(current !== undefined)
    if (current !== undefined) void begin(current)
  }

  const begin = async (asked: Asked): Promise<void> => {
    try {
      const request = await asked.request()
      if (!dead) link.post(request)
    } catch (error) {
      asked.reject(error)
      current = undefined
      advance()
    }
  }

  const enqueue = (request: MakeRequest, signal?: AbortSignal): Promise<Tensors> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        const place = waiting.indexOf(asked)
        if (place >= 0) waiting.splice(place, 1)
        reject(reasonOf(signal))
      }
      const settled = (): void => signal?.removeEventListener('abort', abort)
      const asked: Asked = {
        request,
        resolve: tensors => {
          settled()
          resolve(tensors)
        },
        reject: error => {
          settled()
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      waiting.push(asked)
      advance()
    })

  const end = async (): Promise<void> => {
    refusal ??= new Problem(`Cannot run graph "${graph}": its program was disposed`)
    refuseWaiting(refusal)
    if (!dead) {
      // A host that dies at its end is gone as well, which is all that is wanted.
      await enqueue(() => ({ kind: 'close' })).catch(() => undefined)
      link.hold(true)
    }
    await link.gone()
  }

  return {
    async ask(request, signal) {
      throwIfAborted(signal)
      if (refusal !== undefined) throw refusal
      return enqueue(request, signal)
    },
    close() {
      closed ??= end()
      return closed
    },
  }
}

function settle(asked: Asked, reply: Reply): void {
  if ('tensors' in reply) asked.resolve(reply.tensors)
  else asked.reject(errorOf(reply.failure))
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  try {
    throwIfAborted(signal)
  } catch (reason) {
    return reason
  }
  return undefined
}
