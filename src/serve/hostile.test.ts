import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { formWith, greyPng, post, sentenceOf, served } from './tools.test.fixture.ts'

const multipart = { 'content-type': 'multipart/form-data; boundary=b' }

/** A form written by hand. */
function part(headers: string, body: string, boundary = 'b'): string {
  return `--${boundary}\r\n${headers}\r\n\r\n${body}\r\n--${boundary}--\r\n`
}

const file = 'Content-Disposition: form-data; name="file"; filename="x.png"'

test('an empty body is refused with what was wanted', async () => {
  const app = served()
  const wanted = /send one PNG or JPEG as the field "file" of a multipart form, or as the body itself$/
  for (const headers of [multipart, { 'content-type': 'image/png' }]) {
    const response = await app.fetch(post('/', '', headers))
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    assert.match(await sentenceOf(response), wanted)
  }
  const none = await app.fetch(new Request('http://host/', { method: 'POST' }))
  assert.equal(none.status, 415)
})

test('a problem has its sentence, its request id and nothing of the inside', async () => {
  const response = await served().fetch(post('/', 'hello', { 'content-type': 'image/png', 'x-request-id': 'r7' }))
  assert.equal(response.status, 422)
  const body = (await response.json()) as Record<string, unknown>
  assert.deepEqual(Object.keys(body), ['error', 'requestId', 'status', 'title'])
  assert.equal(body['requestId'], 'r7')
  assert.match(String(body['error']), /^Cannot read the film: /)
})

test('a text named .png, a cut PNG, an unfinished JPEG and a PNG of 60,000 squared pixels are no films', async () => {
  const png = await greyPng(40_000, 64, 64)
  const files = {
    text: new TextEncoder().encode('Dear server, I am a film.'),
    cut: png.slice(0, png.length / 2),
    header: png.slice(0, 20),
    jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16),
    zeros: new Uint8Array(1000),
    gif: new TextEncoder().encode('GIF89a\u0001\u0000\u0001\u0000'),
    svg: new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    huge: hugeHeader(60_000),
  }
  const app = served()
  for (const [name, bytes] of Object.entries(files)) {
    const response = await app.fetch(post('/', formWith('file', bytes)))
    assert.equal(response.status, 422, name)
    assert.match(await sentenceOf(response), /^Cannot read the film: [^/\\]+$/, name)
  }
})

test('a form without the file, with two, with another name or with text says what was wanted', async () => {
  const app = served()
  const png = await greyPng()
  const two = formWith('file', png)
  two.append('file', new Blob([new Uint8Array(png)]), 'b.png')
  const beside = formWith('file', png)
  beside.append('other', new Blob([new Uint8Array(png)]), 'b.png')
  const text = new FormData()
  text.append('file', 'film.png')
  const cases: [FormData, RegExp][] = [
    [new FormData(), /damaged or cut off|no field "file"/],
    [two, /Cannot take 2 files/],
    [beside, /Cannot take 2 files/],
    [formWith('image', png), /the file is in another field/],
    [text, /the field "file" is text/],
    [formWith('file', new Uint8Array()), /it is empty/],
  ]
  for (const [form, sentence] of cases) {
    const response = await app.fetch(post('/', form))
    assert.equal(response.status, 400)
    assert.match(await sentenceOf(response), sentence)
  }
})

test('forms that are none are refused, whatever their boundary', async () => {
  const app = served()
  const forms: [string, string][] = [
    ['multipart/form-data', part(file, 'x')],
    ['multipart/form-data; boundary=', part(file, 'x')],
    [`multipart/form-data; boundary=${'b'.repeat(300)}`, part(file, 'x')],
    ['multipart/form-data; boundary=other', part(file, 'x')],
    ['multipart/form-data; boundary=b', 'no form at all'],
    ['multipart/form-data; boundary=b', `--b\r\n${file}\r\n\r\ncut off`],
    ['multipart/form-data; boundary=b', `--b\r\n${file}`],
    ['multipart/form-data; boundary=b', `--b\r\n\r\n\r\n--b--`],
    ['multipart/form-data; boundary=b', part('Content-Disposition: form-data', 'x')],
    ['multipart/form-data; boundary=b', `${'--b\r\n'.repeat(10_000)}`],
  ]
  for (const [type, body] of forms) {
    const response = await app.fetch(post('/', body, { 'content-type': type }))
    assert.equal(response.status, 400, `${type}: ${body.slice(0, 40)}`)
    await sentenceOf(response)
  }
})

test('whatever bytes come as a form, the answer is 4xx and quick', async () => {
  const app = served()
  const pieces = fc.constantFrom(
    '--b',
    '--b--',
    '\r\n',
    '\n',
    file,
    'Content-Type: image/png',
    '\r\n\r\n',
    '\0',
    '"',
    'é',
    ';',
    '=',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 20 }), async parts => {
      const { status } = await app.fetch(post('/', parts.join(''), multipart))
      assert.ok(status >= 400 && status < 500, `status ${status}`)
    }),
    { numRuns: 200 },
  )
})

test('a body over the limit is refused at its declared length, and in the middle of a stream', async () => {
  const app = served({ limits: { film: { bytes: 100_000 } } })
  const declared = post('/', 'x', { 'content-type': 'image/png' })
  declared.headers.set('content-length', '100001')
  assert.equal((await app.fetch(declared)).status, 413)
  for (const type of ['image/png', 'multipart/form-data; boundary=b']) {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        sent += 10_000
        controller.enqueue(new Uint8Array(10_000))
      },
    })
    const response = await app.fetch(post('/', endless, { 'content-type': type }))
    assert.equal(response.status, 413)
    assert.match(await sentenceOf(response), /^Cannot take the request: it is larger than \d+ bytes$/)
    assert.ok(sent < 250_000, `${sent} bytes were taken`)
  }
})

test('a body that breaks off is a 400, not a fault', async () => {
  const app = served()
  const broken = new ReadableStream<Uint8Array>({ pull: controller => controller.error(new Error('reset')) })
  const response = await app.fetch(post('/', broken, { 'content-type': 'image/png' }))
  assert.equal(response.status, 400)
  assert.match(await sentenceOf(response), /cut off/)
})

test('other content types are a 415', async () => {
  for (const type of [
    'text/plain',
    'application/json',
    'application/x-www-form-urlencoded',
    'image/gif',
    ';',
    'multipart/mixed; boundary=b',
  ]) {
    const response = await served().fetch(post('/', 'x', { 'content-type': type }))
    assert.equal(response.status, 415, type)
    assert.match(response.headers.get('accept') ?? '', /image\/png/)
  }
})

test('a method that an address does not take is a 405 with the ones that it takes', async () => {
  const app = served()
  const allowed: [string, string, string][] = [
    ['PUT', '/', 'GET, POST, HEAD, OPTIONS'],
    ['DELETE', '/', 'GET, POST, HEAD, OPTIONS'],
    ['GET', '/explain', 'POST, OPTIONS'],
    ['HEAD', '/explain', 'POST, OPTIONS'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/health/ready', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/page/page.css', 'GET, HEAD, OPTIONS'],
  ]
  for (const [method, path, allow] of allowed) {
    const response = await app.fetch(new Request(`http://host${path}`, { method }))
    assert.deepEqual([response.status, response.headers.get('allow')], [405, allow], `${method} ${path}`)
  }
})

test('HEAD is GET without a body, OPTIONS lists the methods', async () => {
  const app = served()
  for (const path of ['/', '/health/live', '/health/ready']) {
    const head = await app.fetch(new Request(`http://host${path}`, { method: 'HEAD' }))
    assert.deepEqual([head.status, await head.text()], [200, ''])
  }
  const options = await app.fetch(new Request('http://host/', { method: 'OPTIONS' }))
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, POST, HEAD, OPTIONS'])
})

test('addresses that are none are a 404, long and odd ones too', async () => {
  const app = served()
  const paths = [
    '/health',
    '/health%2Flive',
    '/health//live',
    '/%2F',
    '/%',
    '/%ff',
    '/..%2f..%2fetc',
    '/explain/',
    `/${'x'.repeat(100_000)}`,
  ]
  for (const path of paths) {
    const response = await app.fetch(new Request(`http://host${path}`))
    assert.equal(response.status, 404, path.slice(0, 40))
    await sentenceOf(response)
  }
  const long = await app.fetch(new Request(`http://host/health/live?${'x=1&'.repeat(50_000)}`))
  assert.equal(long.status, 200)
})

test('an answer in a form that is not accepted is a 406, before the film is read', async () => {
  const app = served({ classify: () => assert.fail('the model was asked') })
  const asked = [
    post('/', formWith('file', await greyPng()), { accept: 'text/html' }),
    post('/', formWith('file', await greyPng()), { accept: 'application/json;q=0, */*' }),
    post('/explain', formWith('file', await greyPng()), { accept: 'image/jpeg' }),
    new Request('http://host/', { headers: { accept: 'application/json' } }),
  ]
  for (const request of asked) assert.equal((await app.fetch(request)).status, 406)
})

test('a model that fails gives a 500 without a word of why, and the log knows', async () => {
  const app = served({ classify: () => Promise.reject(new Error('secret /path at line 3')) })
  const response = await app.fetch(post('/', formWith('file', await greyPng())))
  assert.equal(response.status, 500)
  const text = await response.text()
  assert.doesNotMatch(text, /secret|path|line|stack/)
  const [line] = app.lines
  assert.equal(line?.level, 'error')
  assert.match(String(line?.error), /secret/)
  const next = await served().fetch(post('/', formWith('file', await greyPng())))
  assert.equal(next.status, 200)
})

/** A PNG that claims to be so large, with a right checksum and no pixels. */
function hugeHeader(side: number): Uint8Array {
  const header = Buffer.alloc(33)
  header.set([137, 80, 78, 71, 13, 10, 26, 10])
  header.writeUInt32BE(13, 8)
  header.write('IHDR', 12, 'latin1')
  header.writeUInt32BE(side, 16)
  header.writeUInt32BE(side, 20)
  header.set([8, 0, 0, 0, 0], 24)
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29)
  return header
}
