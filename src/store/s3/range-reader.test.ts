import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { SignedRequest } from './direct.ts'
import { rangeReader } from './range-reader.ts'

/** Answers the requests of all connections with these, in turn; each is a list of what is sent at once. */
async function answering(context: TestContext, answers: readonly (readonly string[])[], isCut = false) {
  let connections = 0
  let asked = 0
  const open = new Set<Socket>()
  const server = createServer(socket => {
    connections++
    open.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined) // whoever is given up resets
    socket.on('data', async () => {
      for (const piece of answers[asked++] ?? []) {
        socket.write(piece, 'latin1')
        await new Promise(resolve => setImmediate(resolve))
      }
      if (isCut) socket.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const request: SignedRequest = { origin, idle: 10_000, method: 'GET', path: '/a', headers: { host: 'a' } }
  return { origin, request, connections: () => connections }
}

const head = (length: number): string =>
  `HTTP/1.1 206 Partial Content\r\nContent-Length: ${length}\r\nETag: "a"\r\n\r\n`

test('a range comes whole however it is cut into pieces, and the next over the same connection', async context => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60), { maxLength: 5 }), fc.string({ maxLength: 40 }), async (cuts, text) => {
      const body = text.replace(/[^\x20-\x7e]/g, '.')
      const whole = head(body.length) + body
      const places = [...new Set([0, ...cuts.filter(cut => cut < whole.length), whole.length])].sort((a, b) => a - b)
      const pieces = places.slice(1).map((to, i) => whole.slice(places[i], to))
      const server = await answering(context, [pieces, pieces])
      const reader = rangeReader(server.origin, 10_000)
      for (let turn = 0; turn < 2; turn++) {
        let found = ''
        assert.ok(await reader.read(server.request, body.length, piece => (found += Buffer.from(piece).toString())))
        assert.equal(found, body)
      }
      assert.equal(server.connections(), 1)
    }),
    { numRuns: 30 },
  )
})

const others: readonly (readonly [what: string, answer: string])[] = [
  ['no success', 'HTTP/1.1 412 Precondition Failed\r\nContent-Length: 4\r\n\r\nabcd'],
  ['of another length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde'],
  [
    'in chunks',
    'HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n4\r\nabcd\r\n0\r\n\r\n',
  ],
  ['of packed bytes', 'HTTP/1.1 206 Partial Content\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd'],
  ['followed by bytes that nobody asked for', `${head(4)}abcdHTTP/1.1 200 OK\r\n`],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['a head without an end', `HTTP/1.1 206 Partial Content\r\n${'a: b\r\n'.repeat(20_000)}`],
]

for (const [what, answer] of others) {
  test(`an answer that is ${what} is given up, and the next is asked for over a new connection`, async context => {
    const server = await answering(context, [[answer], [`${head(4)}efgh`]])
    const reader = rangeReader(server.origin, 10_000)
    assert.equal(await reader.read(server.request, 4, () => undefined), false)
    let found = ''
    assert.ok(await reader.read(server.request, 4, piece => (found += Buffer.from(piece).toString())))
    assert.equal(found, 'efgh')
    assert.equal(server.connections(), 2)
  })
}

test('an answer that is cut off, or stands still, is given up; so is a server that is not there', async context => {
  const cut = await answering(context, [[`${head(4)}ab`]], true)
  assert.equal(await rangeReader(cut.origin, 10_000).read(cut.request, 4, () => undefined), false)
  const still = await answering(context, [[`${head(4)}ab`]])
  assert.equal(await rangeReader(still.origin, 50).read(still.request, 4, () => undefined), false)
  const nobody = rangeReader('http://127.0.0.1:1', 10_000)
  assert.equal(await nobody.read(still.request, 4, () => undefined), false)
})
