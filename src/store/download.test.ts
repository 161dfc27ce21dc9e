import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { Problem, type ProgressEvent, random, sha256 } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { needMounts, smallDisk } from '../testing/mounts.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { blobs } from './blobs.ts'
import { download } from './download.ts'
import { fetchBlob } from './fetch-blob.ts'
import { fileStore } from './file-store.ts'

/** Eight mebibytes, so that a connection can break in the middle, and often. */
const content = Uint8Array.from(random(1, 'download').fill(new Float32Array(8 << 20)), value => value * 256)
const digest = sha256(content)
const half = content.length / 2

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** The whole file, or the rest of it that was asked for, if it is still this version. */
const honest: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from === 0 || request.headers['if-range'] !== '"v1"') {
    response.writeHead(200, { etag: '"v1"', 'content-length': content.length }).end(content)
    return
  }
  const range = `bytes ${from}-${content.length - 1}/${content.length}`
  response.writeHead(206, { etag: '"v1"', 'content-range': range, 'content-length': content.length - from })
  response.end(content.subarray(from))
}

/** Says that all will come, and breaks off after some bytes. */
function cutAfter(bytes: number, headers: Readonly<Record<string, string>> = { etag: '"v1"' }): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const range = `bytes ${from}-${content.length - 1}/${content.length}`
    response.writeHead(from > 0 ? 206 : 200, { ...headers, ...(from > 0 && { 'content-range': range }) })
    response.write(content.subarray(from, from + bytes), () => setTimeout(() => response.destroy(), 20))
  }
}

interface Served {
  readonly url: string
  /** The range of each request so far. */
  readonly asked: (string | undefined)[]
}

/** A real server that gives one answer after the other, the last one for ever. */
async function serving(answers: readonly Answer[], work: (served: Served) => Promise<void>): Promise<void> {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push(request.headers.range)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await work({ url: `http://127.0.0.1:${port}/weights.h5?token=secret`, asked })
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

const status =
  (code: number): Answer =>
  (_request, response) => {
    response.writeHead(code).end('something else')
  }

const hurried = (): ReturnType<typeof fakeClock> => fakeClock({ hurries: true })

test('a download that is cut goes on where it stopped, with a pause before each attempt', async context => {
  const path = join(temporaryFolder(context), 'file')
  const clock = hurried()
  await serving([cutAfter(half), honest], async ({ url, asked }) => {
    await download({ url, sha256: digest }, path, { clock })
    assert.equal(asked.length, 2)
    assert.match(asked[1]!, /^bytes=[1-9]\d*-$/)
  })
  assert.equal(sha256(await readFile(path)), digest)
  assert.equal(clock.sleeps.length, 1)
})

test('a connection may break as often as it likes while bytes keep arriving', async context => {
  const path = join(temporaryFolder(context), 'file')
  await serving([cutAfter(900_000)], async ({ url, asked }) => {
    await download({ url, sha256: digest }, path, { clock: hurried() })
    assert.ok(asked.length > 4, `${asked.length} requests`)
  })
})

test('one that brings nothing is given up after four attempts, and what arrived stays for the next command', async context => {
  const folder = temporaryFolder(context)
  const path = join(folder, 'file')
  await serving([cutAfter(1000), cutAfter(0)], async ({ url, asked }) => {
    await assert.rejects(download({ url }, path, { clock: hurried() }), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /^Cannot download "http:\/\/127[^?]*weights.h5": the connection failed$/)
      return true
    })
    assert.equal(asked.length, 4)
  })
  assert.deepEqual((await readdir(folder)).sort(), ['file.etag', 'file.part'])
})

test('a server that ignores the range sends all of it again', async context => {
  const path = join(temporaryFolder(context), 'file')
  const whole: Answer = (_request, response) => {
    response.writeHead(200, { etag: '"v1"' }).end(content)
  }
  await serving([cutAfter(half), whole], async ({ url }) => {
    await download({ url, sha256: digest }, path, { clock: hurried() })
  })
  assert.equal((await readFile(path)).length, content.length)
})

test('a file that has changed in the meantime is fetched from its start', async context => {
  const path = join(temporaryFolder(context), 'file')
  await writeFile(`${path}.part`, 'the start of another version')
  await writeFile(`${path}.etag`, '"v0"')
  await serving([honest], async ({ url, asked }) => {
    await download({ url, sha256: digest }, path, { clock: hurried() })
    assert.deepEqual(asked, ['bytes=28-'])
  })
})

test('a server that sends another part than was asked for, or refuses the part, is asked for all of it', async context => {
  for (const wrong of [
    ((_request, response) => {
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 5-9/${content.length}` }).end('wrong')
    }) satisfies Answer,
    status(416),
  ]) {
    const path = join(temporaryFolder(context), 'file')
    await serving([cutAfter(half), wrong, honest], async ({ url, asked }) => {
      await download({ url, sha256: digest }, path, { clock: hurried() })
      assert.equal(asked[2], undefined)
    })
  }
})

test('without a strong etag the date of the last change tells versions apart; with neither it starts anew', async context => {
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
  const resumed = async (headers: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const path = join(temporaryFolder(context), 'file')
    let range: string | undefined
    await serving([cutAfter(half, headers), cutAfter(content.length, headers)], async ({ url, asked }) => {
      await download({ url, sha256: digest }, path, { clock: hurried() }).catch(() => undefined)
      range = asked[1]
    })
    return range
  }
  assert.match((await resumed({ 'last-modified': date })) ?? '', /^bytes=/)
  assert.equal(await resumed({ etag: 'W/"v1"' }), undefined)
})

test('a body that is shorter than the server said is no whole file', async context => {
  const folder = temporaryFolder(context)
  const short: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 100), () => setTimeout(() => response.destroy(), 20))
  }
  await serving([short], async ({ url }) => {
    await assert.rejects(download({ url }, join(folder, 'file'), { clock: hurried() }), /the connection failed/)
  })
  assert.equal(existsSync(join(folder, 'file')), false)
})

test('404 is final; 503 and 429 are asked again', async context => {
  const folder = temporaryFolder(context)
  await serving([status(404)], async ({ url, asked }) => {
    await assert.rejects(
      download({ url }, join(folder, 'a'), { clock: hurried() }),
      /weights.h5": the server answered 404/,
    )
    assert.equal(asked.length, 1)
  })
  await serving([status(503), status(429), honest], async ({ url, asked }) => {
    await download({ url, sha256: digest }, join(folder, 'b'), { clock: hurried() })
    assert.equal(asked.length, 3)
  })
  await serving([status(503)], async ({ url, asked }) => {
    await assert.rejects(download({ url }, join(folder, 'c'), { clock: hurried() }), /the server answered 503/)
    assert.equal(asked.length, 4)
  })
})

test('another digest than was wanted is refused, and nothing is left', async context => {
  const folder = temporaryFolder(context)
  await serving([honest], async ({ url }) => {
    const wanted = 'a'.repeat(64)
    await assert.rejects(download({ url, sha256: wanted }, join(folder, 'file')), (error: Error) => {
      assert.match(error.message, new RegExp(`its SHA-256 is ${digest}, ${wanted} was wanted`))
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })
  assert.deepEqual(await readdir(folder), [])
})

test('a download tells how much of how much is there, also after it went on', async context => {
  const events: ProgressEvent[] = []
  await serving([cutAfter(half), honest], async ({ url }) => {
    const path = join(temporaryFolder(context), 'file')
    await download({ url, sha256: digest }, path, { clock: hurried(), progress: event => events.push(event) })
  })
  const last = events.at(-1)
  assert.ok(last?.kind === 'progress' && last.done === content.length && last.total === content.length)
  const counts = events.map(event => (event.kind === 'progress' ? event.done : 0))
  assert.ok(counts.every((count, i) => i === 0 || count > counts[i - 1]!))
})

test('an aborted download stops, and goes on with the next command', async context => {
  const folder = temporaryFolder(context)
  const path = join(folder, 'file')
  const slow: Answer = (_request, response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': content.length })
    response.write(content.subarray(0, half))
  }
  await serving([slow, honest], async ({ url, asked }) => {
    const stop = new AbortController()
    const progress = (): void => stop.abort()
    await assert.rejects(download({ url }, path, { progress, signal: stop.signal }), { name: 'Interrupted' })
    await download({ url, sha256: digest }, path)
    assert.match(asked[1]!, /^bytes=[1-9]\d*-$/)
  })
})

test('a full disk is a sentence at once', { skip: needMounts() }, async () => {
  const disk = smallDisk(1 << 20)
  try {
    await serving([honest], async ({ url, asked }) => {
      const path = join(disk.folder, 'file')
      await assert.rejects(download({ url }, path, { clock: hurried() }), /Cannot write ".*": the disk is full/)
      assert.equal(asked.length, 1)
    })
  } finally {
    disk.unmount()
  }
})

test('a file of the web is kept in the store under its digest, and asked for once', async context => {
  const folder = temporaryFolder(context)
  const store = fileStore(join(folder, 'store'))
  const options = { store, folder: join(folder, 'downloads'), clock: hurried() }
  let url = ''
  await serving([cutAfter(half), honest], async served => {
    url = served.url
    assert.equal(await fetchBlob({ url, sha256: digest.toUpperCase() }, options), digest)
    assert.equal(served.asked.length, 2)
    await fetchBlob({ url, sha256: digest }, options)
    assert.equal(served.asked.length, 2)
  })
  assert.deepEqual(await blobs(store).get(digest), content)
  assert.deepEqual(await readdir(options.folder), [], 'no second copy, no claim')
  // The server is gone now.
  assert.equal(await fetchBlob({ url, sha256: digest }, options), digest)
})

test('what a killed command left whole is not asked for again', async context => {
  for (const name of [digest, `${digest}.part`]) {
    const folder = temporaryFolder(context)
    const options = { store: fileStore(join(folder, 'store')), folder }
    await writeFile(join(folder, name), content)
    await fetchBlob({ url: 'http://127.0.0.1:1/gone', sha256: digest }, options)
    assert.deepEqual(await blobs(options.store).get(digest), content)
    assert.deepEqual(await readdir(folder), ['store'])
  }
})

test('of several that want the same file at once, one downloads it', async context => {
  const folder = temporaryFolder(context)
  const store = fileStore(join(folder, 'store'))
  const options = { store, folder: join(folder, 'downloads') }
  await serving([honest], async ({ url, asked }) => {
    await Promise.all([1, 2, 3].map(() => fetchBlob({ url, sha256: digest }, options)))
    assert.equal(asked.length, 1)
  })
})

test('after a wrong digest nothing is in the store, and nothing beside it', async context => {
  const folder = temporaryFolder(context)
  const options = { store: fileStore(join(folder, 'store')), folder: join(folder, 'downloads') }
  await serving([honest], async ({ url }) => {
    await assert.rejects(fetchBlob({ url, sha256: 'b'.repeat(64) }, options), /SHA-256 is .* was wanted/)
  })
  assert.deepEqual(await readdir(options.folder), [])
  assert.equal(existsSync(join(folder, 'store', 'blobs')), false)
})

test('what is no digest and what is no address are misuse', async context => {
  const folder = temporaryFolder(context)
  const options = { store: fileStore(join(folder, 'store')), folder }
  const refused = (url: string, wanted: string, message: RegExp): Promise<void> =>
    assert.rejects(fetchBlob({ url, sha256: wanted }, options), { name: 'Misuse', message })
  await refused('https://example.org/w.h5', 'abc', /"abc" is no SHA-256/)
  await refused('file:///etc/passwd', digest, /begins with https/)
  await refused('weights.h5', digest, /begins with https/)
})
