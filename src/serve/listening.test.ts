import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { serve as listen } from '@hono/node-server'
import { formWith, greyPng, served } from './tools.test.fixture.ts'

test('on a port: uploads that break off and bodies over the limit leave the server as it was', async () => {
  const app = served({ limits: { film: { bytes: 1e6 }, running: 1, waiting: 3 } })
  const server = listen({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    for (let i = 0; i < 12; i++) await breakOff(port)
    const endless = new ReadableStream<Uint8Array>({ pull: controller => controller.enqueue(new Uint8Array(100_000)) })
    const options = { method: 'POST', body: endless, duplex: 'half', headers: { 'content-type': 'image/png' } }
    // The server may close the connection before the whole answer is read: both end the upload.
    const outcome = await fetch(`http://127.0.0.1:${port}/`, options as RequestInit).then(
      response => response.status,
      () => 413,
    )
    assert.equal(outcome, 413)
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: formWith('file', await greyPng()) })
    assert.equal(answer.status, 200)
    assert.deepEqual(
      app.lines.filter(({ level }) => level === 'error'),
      [],
    )
  } finally {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  }
})

/** Begins an upload and hangs up. */
async function breakOff(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100000\r\n\r\nabc')
  await new Promise(resolve => setTimeout(resolve, 10))
  socket.destroy()
}
