import { rm } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { createAdaptorServer, serve } from '@hono/node-server'
import { Problem, systemCode } from '../core/index.ts'

export interface Listener {
  readonly url: string
  /** Answers what is under way, then closes. */
  close(): Promise<void>
}

/** Puts an app on a port. `port` 0 takes a free one. */
export async function listen(
  app: { fetch(request: Request): Promise<Response> },
  at: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const server = serve({ fetch: app.fetch, hostname: at.host, port: at.port })
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', error => reject(refusal(error, at)))
    server.once('listening', () => resolve(server.address() as AddressInfo))
  })
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return { url: `http://${host}:${address.port}`, close: () => closed(server) }
}

/** Puts an app on a Unix socket, for a proxy on the same machine. A socket that a dead server left is taken over. */
export async function listenOn(app: { fetch(request: Request): Promise<Response> }, socket: string): Promise<Listener> {
  if (!(await isTaken(socket))) await rm(socket, { force: true })
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(
        new Problem(`Cannot listen on the socket "${socket}": ${socketReason(error)}`, {
          cause: error,
          next: 'chestnut serve --socket with another path',
        }),
      ),
    )
    server.listen(socket, resolve)
  })
  return { url: `unix:${socket}`, close: () => closed(server) }
}

function socketReason(error: Error): string {
  return systemCode(error) === 'EADDRINUSE' ? 'another program uses it' : (systemCode(error) ?? error.message)
}

function isTaken(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const attempt = connect(socket)
    attempt.once('connect', () => {
      attempt.destroy()
      resolve(true)
    })
    // Anything but a dead socket is for `listen` to refuse.
    attempt.once('error', error => resolve(systemCode(error) !== 'ECONNREFUSED'))
  })
}

function closed(server: ReturnType<typeof createAdaptorServer>): Promise<void> {
  return new Promise((resolve, reject) => {
    // A connection falls idle once its answer is out, and would be kept open for the next request.
    const sweep = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), 50)
    server.close(error => {
      clearInterval(sweep)
      if (error) reject(error)
      else resolve()
    })
  })
}

function refusal(error: Error, at: { readonly host: string; readonly port: number }): Error {
  const place = `"${at.host}:${at.port}"`
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new Problem(`Cannot listen on ${place}: another program uses the port, wanted a free one`, {
        cause: error,
        next: `chestnut serve --port ${at.port + 1}`,
      })
    case 'EACCES':
      return new Problem(`Cannot listen on ${place}: permission is denied, wanted a port above 1023`, {
        cause: error,
        next: 'chestnut serve --port 8080',
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Problem(`Cannot listen on ${place}: this machine does not have the address`, {
        cause: error,
        next: 'chestnut serve --host 127.0.0.1',
      })
    default:
      return error
  }
}
