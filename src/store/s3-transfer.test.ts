import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3'
import { type ProgressEvent, random } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { type FaultyProxy, faultyProxy, seededFaults } from '../testing/faulty-proxy.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { readBytes } from './read-bytes.ts'
import { type S3Options, type S3Place, type S3Store, s3Store } from './s3-store.ts'
import { getFolder, putFolder } from './transfer-folder.ts'

const megabyte = 1 << 20
const skip = needVersitygw()
if (skip === false) transfers(await versitygw())
else test('files go into a bucket and out of it', { skip }, () => undefined)

interface Here {
  readonly folder: string
  readonly proxy: FaultyProxy
  readonly place: S3Place
  readonly options: S3Options
  readonly store: S3Store
}

function transfers(server: Versitygw): void {
  after(() => server[Symbol.asyncDispose]())

  const opened = async (context: TestContext): Promise<Here> => {
    const proxy = await faultyProxy(server.endpoint)
    const place = { ...server.bucket(), endpoint: proxy.endpoint }
    const options = { ...server.access, clock: fakeClock({ hurries: true }), idle: 10_000, seed: 1 }
    const store = await s3Store(place, options)
    context.after(async () => {
      await store[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    })
    return { folder: temporaryFolder(context), proxy, place, options, store }
  }

  test('putFile() and getFile() carry files of any size, and tell how far they are', async context => {
    const { folder, store } = await opened(context)
    for (const size of [0, 1, 16 * megabyte, 16 * megabyte + 1]) {
      const file = await drawnFile(folder, 'file', size)
      const events: ProgressEvent[] = []
      await store.putFile(file.path, `of/${size}`, { progress: event => events.push(event) })
      await store.getFile(`of/${size}`, join(folder, 'back', 'again'), { progress: event => events.push(event) })
      assert.equal(await md5Of(join(folder, 'back', 'again')), file.md5)
      const last = events.at(-1)
      assert.ok(last?.kind === 'progress' && last.done === size && last.total === size && last.task === 'Downloading')
      assert.equal((await store.stat(`of/${size}`))?.size, size)
    }
    assert.deepEqual(await readdir(join(folder, 'back')), ['again'])
  })

  test('putFile() that was killed is gone on with: parts that are there are not sent again', async context => {
    const { folder, proxy, place, options, store } = await opened(context)
    const file = await drawnFile(folder, 'large', 64 * megabyte)
    await killedAfter(proxy, 30 * megabyte, upload(file.path, place, options))
    assert.equal(await store.stat('large'), undefined, 'nothing half is visible')
    const before = proxy.received()
    assert.ok(before < 64 * megabyte)
    await store.putFile(file.path, 'large')
    // At most the four parts that were under way are sent twice.
    assert.ok(proxy.received() < (64 + 4 * 8) * megabyte + 100_000, `${proxy.received()} bytes in all`)
    assert.ok(proxy.received() - before < 60 * megabyte, `${proxy.received() - before} bytes the second time`)
    assert.equal(
      createHash('md5')
        .update(await readBytes(store, 'large'))
        .digest('hex'),
      file.md5,
    )
  })

  test('putFile() of a file that changed since sends the parts that are others', async context => {
    const { folder, proxy, place, options, store } = await opened(context)
    const file = await drawnFile(folder, 'large', 40 * megabyte)
    await killedAfter(proxy, 20 * megabyte, upload(file.path, place, options))
    const bytes = await readFile(file.path)
    bytes[3] = (bytes[3]! + 1) % 256
    await writeFile(file.path, bytes)
    await store.putFile(file.path, 'large')
    assert.ok(Buffer.from(await readBytes(store, 'large')).equals(bytes))
  })

  test('getFile() that was stopped goes on, and begins anew when the object is another one', async context => {
    const { folder, proxy, store } = await opened(context)
    const file = await drawnFile(folder, 'large', 64 * megabyte)
    await store.putFile(file.path, 'large')
    const target = join(folder, 'target')
    let asked = 0
    proxy.choose = ({ method }) => {
      if (method === 'GET') asked++
      return 'none'
    }
    const stopAfter = async (done: number): Promise<void> => {
      const stop = new AbortController()
      const progress = (event: ProgressEvent): void => {
        if (event.kind === 'progress' && event.done >= done) stop.abort()
      }
      await assert.rejects(store.getFile('large', target, { signal: stop.signal, progress }), /Interrupted/)
      assert.ok(!existsSync(target))
    }
    await stopAfter(32 * megabyte)
    asked = 0
    await store.getFile('large', target)
    assert.equal(await md5Of(target), file.md5)
    assert.ok(asked <= 4, `${asked} of 8 parts were asked for`)
    await rm(target)
    await stopAfter(16 * megabyte)
    const other = await drawnFile(folder, 'other', 24 * megabyte)
    await store.putFile(other.path, 'large')
    await store.getFile('large', target)
    assert.equal(await md5Of(target), other.md5)
  })

  test('files come whole over a network that resets and truncates', async context => {
    const { folder, proxy, place, options } = await opened(context)
    proxy.choose = seededFaults(7, 0.3, ['error', 'busy', 'refused', 'lost', 'reset', 'truncated'])
    const store = await s3Store(place, { ...options, attempts: 12 })
    context.after(() => store[Symbol.asyncDispose]())
    const file = await drawnFile(folder, 'large', 24 * megabyte)
    await store.putFile(file.path, 'large')
    await store.getFile('large', join(folder, 'back'))
    assert.equal(await md5Of(join(folder, 'back')), file.md5)
  })

  test('bytes that changed in the bucket are refused, by the MD5 of the object or of its parts', async context => {
    const { folder, place, store } = await opened(context)
    for (const size of [1000, 20 * megabyte]) {
      const file = await drawnFile(folder, 'file', size)
      await store.putFile(file.path, 'k')
      server.spoil(place.bucket, 'k')
      await assert.rejects(readBytes(store, 'k'), /its bytes have changed/)
      await assert.rejects(store.getFile('k', join(folder, 'back')), /its bytes have changed/)
      assert.ok(!existsSync(join(folder, 'back')))
    }
  })

  test('putFolder() and getFolder() carry many files, and those alone that are missing', async context => {
    const { folder, store } = await opened(context)
    await mkdir(join(folder, 'set', 'deep'), { recursive: true })
    for (let i = 0; i < 40; i++) await drawnFile(folder, `set/${i % 2 ? 'deep/' : ''}${i}.png`, 1000 + i)
    const leftOut: readonly string[] = []
    const first = await putFolder(store, join(folder, 'set'), 'set/')
    assert.deepEqual(first, { files: 40, bytes: 40_780, unchanged: 0, leftOut })
    await drawnFile(folder, 'set/3 new.png', 5)
    const second = await putFolder(store, join(folder, 'set'), 'set/')
    assert.deepEqual(second, { files: 41, bytes: 40_785, unchanged: 40, leftOut })
    assert.equal((await getFolder(store, 'set/', join(folder, 'back'))).unchanged, 0)
    assert.equal((await getFolder(store, 'set/', join(folder, 'back'))).unchanged, 41)
    assert.equal(await md5Of(join(folder, 'back', 'deep', '7.png')), await md5Of(join(folder, 'set', 'deep', '7.png')))
  })

  test('putFolder() follows links to files, tells what it leaves out, and sends nothing when a name is no key', async context => {
    const { folder, proxy, store } = await opened(context)
    const set = join(folder, 'set')
    await mkdir(join(folder, 'elsewhere'))
    await mkdir(set)
    await drawnFile(folder, 'elsewhere/film.png', 700)
    await symlink(join(folder, 'elsewhere', 'film.png'), join(set, 'film.png'))
    await symlink(join(folder, 'elsewhere'), join(set, 'folder'))
    const carried = await putFolder(store, set, 'set/')
    assert.deepEqual(carried, { files: 1, bytes: 700, unchanged: 0, leftOut: [join(set, 'folder')] })
    await drawnFile(folder, 'set/a.png', 10)
    await drawnFile(folder, 'set/b:c.png', 10)
    const before = proxy.received()
    await assert.rejects(putFolder(store, set, 'set/'), /Cannot use the key "set\/b:c.png": it has the character :/)
    assert.equal(proxy.received(), before)
    await rm(join(set, 'b:c.png'))
    await symlink(join(folder, 'nowhere'), join(set, 'broken'))
    await assert.rejects(putFolder(store, set, 'set/'), /Cannot read ".*broken": there is no such file or folder/)
  })

  test('a large file that is there already is neither sent nor fetched again', async context => {
    const { folder, proxy, store } = await opened(context)
    await mkdir(join(folder, 'set'))
    await drawnFile(folder, 'set/large', 17 * megabyte)
    await putFolder(store, join(folder, 'set'), 'set/')
    const before = proxy.received()
    assert.equal((await putFolder(store, join(folder, 'set'), 'set/')).unchanged, 1)
    assert.equal(proxy.received(), before)
    assert.equal((await getFolder(store, 'set/', join(folder, 'set'))).unchanged, 1)
  })

  test('a file that grows while it is sent leaves nothing under its key', async context => {
    const { folder, store } = await opened(context)
    const { path } = await drawnFile(folder, 'large', 17 * megabyte)
    const progress = (): void => appendFileSync(path, 'more')
    await assert.rejects(store.putFile(path, 'large', { progress }), /it was changed meanwhile/)
    assert.equal(await store.stat('large'), undefined)
  })

  test('an upload that another tool has left is not gone on with', async context => {
    const { folder, place, options, store } = await opened(context)
    const { path, md5 } = await drawnFile(folder, 'large', 17 * megabyte)
    const { env = {} } = options
    const client = new S3Client({
      endpoint: place.endpoint!,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID']!, secretAccessKey: env['AWS_SECRET_ACCESS_KEY']! },
    })
    context.after(() => client.destroy())
    const object = { Bucket: place.bucket, Key: 'large' }
    // As s3cmd begins one, of another file: our object would be refused for ever by what it says.
    const Metadata = { 's3cmd-attrs': `md5:${'0'.repeat(32)}` }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, Metadata }))
    const part = { ...object, UploadId, PartNumber: 1, Body: Buffer.alloc(8 * megabyte) }
    await client.send(new UploadPartCommand(part))
    await store.putFile(path, 'large')
    await store.getFile('large', join(folder, 'back'))
    assert.equal(await md5Of(join(folder, 'back')), md5)
  })

  test('abortStale() gives up uploads that are older than a week, and no others', async context => {
    const { folder, proxy, place, options } = await opened(context)
    const file = await drawnFile(folder, 'large', 24 * megabyte)
    await killedAfter(proxy, 10 * megabyte, upload(file.path, place, options))
    const now = await s3Store(place, { ...options, clock: fakeClock({ now: Date.now(), hurries: true }) })
    assert.equal(await now.abortStale(''), 0)
    const later = await s3Store(place, { ...options, clock: fakeClock({ now: Date.now() + 8 * 86_400_000 }) })
    assert.equal(await later.abortStale('other/'), 0)
    assert.equal(await later.abortStale(''), 1)
    assert.equal(await later.abortStale(''), 0)
    await Promise.all([now, later].map(one => one[Symbol.asyncDispose]()))
  })

  test('link() lets anyone read, or write, one key until it is over', async context => {
    const { store } = await opened(context)
    const put = await store.link('a/b c', { method: 'put', expires: 60 })
    assert.equal((await fetch(put, { method: 'PUT', body: 'by link' })).status, 200)
    const get = await store.link('a/b c', { method: 'get', expires: 60 })
    assert.equal(await (await fetch(get)).text(), 'by link')
    assert.equal((await fetch(get.replace('b%20c', 'other'))).status, 403)
    assert.equal((await fetch(get, { method: 'PUT', body: 'x' })).status, 403)
    await assert.rejects(store.link('k', { method: 'get', expires: 8 * 86_400 }), /wanted 1 second to seven days/)
  })
}

/** A script that uploads, for a process that is to be killed. */
function upload(path: string, place: S3Place, { env, home }: S3Options): string {
  const module = new URL('./index.js', import.meta.url).href
  return `import { s3Store } from ${JSON.stringify(module)}
    const store = await s3Store(${JSON.stringify(place)}, ${JSON.stringify({ env, home })})
    await store.putFile(${JSON.stringify(path)}, 'large')`
}

/** Runs a script, and kills its process once the proxy has seen so many bytes. */
async function killedAfter(proxy: FaultyProxy, bytes: number, script: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
  const exit = once(child, 'exit')
  await proxy.hasReceived(bytes)
  child.kill('SIGKILL')
  assert.deepEqual(await exit, [null, 'SIGKILL'])
}

async function drawnFile(folder: string, name: string, size: number): Promise<{ path: string; md5: string }> {
  const words = random(size, name).words(new Uint32Array(Math.min(1 << 18, (size >> 2) + 1)))
  const block = Buffer.from(words.buffer)
  const bytes = Buffer.alloc(size)
  for (let at = 0, i = 0; at < size; at += block.length, i++) {
    block.writeUInt32LE(i)
    block.copy(bytes, at)
  }
  const path = join(folder, name)
  await writeFile(path, bytes)
  return { path, md5: createHash('md5').update(bytes).digest('hex') }
}

async function md5Of(path: string): Promise<string> {
  return createHash('md5')
    .update(await readFile(path))
    .digest('hex')
}
