import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { s3Signer } from './s3/sign.ts'

export interface DeafProxy extends AsyncDisposable {
  readonly endpoint: string
  /** Conditions that were thrown away so far. */
  ignored(): number
}

/** A server that honours conditions, and what it knows its clients by. */
export interface Hearing {
  readonly endpoint: string
  readonly keys: { readonly id: string; readonly secret: string }
}

/** Makes of a server one that does not know conditions of writes: it takes them out of requests, and signs anew what is left. */
export async function deafProxy({ endpoint, keys }: Hearing): Promise<DeafProxy> {
  const { host, hostname, port } = new URL(endpoint)
  const sign = s3Signer()
  let ignored = 0
  const headersOf = ({ method = '', url = '', headers }: IncomingMessage): Record<string, string> => {
    if (method !== 'PUT' && method !== 'POST') return headers as Record<string, string>
    const kept: Record<string, string> = { host }
    for (const [name, value] of Object.entries(headers)) {
      if (name === 'if-match' || name === 'if-none-match') ignored++
      else if (name.startsWith('x-amz-') && name !== 'x-amz-date') kept[name] = String(value)
    }
    const [path = '', asked = ''] = url.split('?')
    const query = asked.split('&').filter(one => one !== '')
    const sorted = query
      .map(one => (one.includes('=') ? one : `${one}=`))
      .toSorted()
      .join('&')
    const signing = { accessKeyId: keys.id, secretAccessKey: keys.secret }
    const signed = sign({ method, path, query: sorted, headers: kept }, signing, 'us-east-1', new Date())
    const length = headers['content-length']
    return length === undefined ? signed : { ...signed, 'content-length': length }
  }
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming
    const upstream = httpRequest({ hostname, port, method, path: url, headers: headersOf(incoming) }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    ignored: () => ignored,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
