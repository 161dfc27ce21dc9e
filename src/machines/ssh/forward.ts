import { type AddressInfo, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Client } from 'ssh2'
import type { Forward } from '../shell.ts'

/** Listens on a free port of 127.0.0.1, and connects whoever comes to a port of the machine's own 127.0.0.1. */
export async function forward(client: Client, port: number, link: AbortSignal): Promise<Forward> {
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    const over = (): void => void socket.destroy()
    socket.once('close', () => open.delete(socket))
    socket.once('error', over)
    client.forwardOut('127.0.0.1', socket.remotePort ?? 0, '127.0.0.1', port, (error, channel) => {
      // Nobody listens over there: whoever called finds the connection closed, as they would on the machine.
      if (error) return over()
      pipeline(socket, channel, over)
      pipeline(channel, socket, over)
    })
  })
  const close = (): Promise<void> =>
    new Promise(resolve => {
      for (const socket of open) socket.destroy()
      server.close(() => resolve())
    })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  link.addEventListener('abort', () => void close(), { once: true })
  return { port: (server.address() as AddressInfo).port, close }
}
