import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { random } from '../core/index.ts'

/** What a bad network, or a busy server, does to one request. */
export type Fault =
  | 'none'
  /** 500, the request goes no further. */
  | 'error'
  /** 503 with the code `SlowDown`, as S3 says it; the request goes no further. */
  | 'busy'
  /** The connection is reset before anything is answered; the request goes no further. */
  | 'refused'
  /** The request is carried out, and the connection is reset before its answer. */
  | 'lost'
  /** The connection is reset in the middle of the answer's body. */
  | 'reset'
  /** The connection is closed in the middle of the answer's body, as if that were its end. */
  | 'truncated'
  /** The answer comes in small pieces with pauses. */
  | 'slow'
  /** The answer stops in the middle, and the connection stays open. */
  | 'stalled'

export type Choose = (request: IncomingMessage) => Fault

export interface FaultyProxy extends AsyncDisposable {
  readonly endpoint: string
  /** Bytes of request bodies that have come so far. */
  received(): number
  /** Resolves once so many bytes have come. */
  hasReceived(bytes: number): Promise<void>
  /** How often each fault has happened. */
  readonly faults: ReadonlyMap<Fault, number>
  choose: Choose
}

const busy =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'

/** Stands between a client and a server, and does to each request what is chosen. */
export async function faultyProxy(endpoint: string, choose: Choose = () => 'none'): Promise<FaultyProxy> {
  const { hostname, port } = new URL(endpoint)
  let received = 0
  const faults = new Map<Fault, number>()
  const watchers = new Set<() => void>()
  const proxy = { choose }
  const server = createServer((incoming, outgoing) => {
    const fault = proxy.choose(incoming)
    faults.set(fault, (faults.get(fault) ?? 0) + 1)
    incoming.on('data', (piece: Buffer) => {
      received += piece.length
      for (const look of watchers) look()
    })
    // Whoever is cut off says so once more; the client's own tests tell what it made of it.
    for (const stream of [incoming, outgoing]) stream.on('error', () => undefined)
    if (fault === 'refused') return void incoming.socket.resetAndDestroy()
    if (fault === 'error' || fault === 'busy') return refuse(incoming, outgoing, fault)
    pass(incoming, outgoing, { hostname, port }, fault)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${address.port}`,
    received: () => received,
    hasReceived: (bytes: number) =>
      new Promise<void>(resolve => {
        const look = (): void => {
          if (received < bytes) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    faults,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

/** Faults drawn by a seed, so that a pattern can be had again. `rate` is the share of requests that meet one. */
export function seededFaults(seed: number, rate: number, kinds: readonly Fault[]): Choose {
  const draw = random(seed, 'faults')
  return () => (draw.uniform() < rate ? kinds[draw.integer(kinds.length)]! : 'none')
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, fault: 'error' | 'busy'): void {
  incoming.resume()
  incoming.on('end', () => {
    outgoing.writeHead(fault === 'busy' ? 503 : 500, { 'Content-Type': 'application/xml' })
    outgoing.end(fault === 'busy' ? busy : '')
  })
}

interface Upstream {
  readonly hostname: string
  readonly port: string
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, upstream: Upstream, fault: Fault): void {
  const { method = 'GET', url = '/', headers } = incoming
  const forwarded = httpRequest({ ...upstream, method, path: url, headers }, answer => {
    if (fault === 'lost') {
      answer.resume()
      answer.on('end', () => incoming.socket.resetAndDestroy())
      return
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('error', () => outgoing.destroy())
    if (fault === 'none') answer.pipe(outgoing)
    else void deliver(answer, outgoing, fault)
  })
  forwarded.on('error', () => incoming.socket.destroy())
  incoming.on('close', () => {
    if (!incoming.complete) forwarded.destroy()
  })
  incoming.pipe(forwarded)
}

/** Sends an answer's body as the fault has it: about half of it, or in pieces. */
async function deliver(answer: IncomingMessage, outgoing: ServerResponse, fault: Fault): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece)
  const body = Buffer.concat(pieces)
  const half = body.subarray(0, body.length >> 1)
  if (fault === 'slow') {
    for (let at = 0; at < body.length; at += Math.ceil(body.length / 4)) {
      outgoing.write(body.subarray(at, at + Math.ceil(body.length / 4)))
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    outgoing.end()
    return
  }
  // The first half is to be on its way before the end comes.
  await new Promise<void>(resolve => {
    if (half.length === 0) outgoing.flushHeaders()
    outgoing.write(half.length === 0 ? '' : half, () => resolve())
  })
  if (fault === 'reset') outgoing.socket?.resetAndDestroy()
  else if (fault === 'truncated') outgoing.socket?.end()
}
