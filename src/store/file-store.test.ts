import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem } from '../core/index.ts'
import { needMounts, readOnly, smallDisk } from '../testing/mounts.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { fileStore } from './file-store.ts'
import { thisOwner } from './owner.ts'
import { readBytes } from './read-bytes.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'

const storeModule = new URL('./index.js', import.meta.url).href

storeContract('fileStore()', async context => fileStore(join(temporaryFolder(context), 'not', 'there', 'yet')))

async function keysOf(folder: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of fileStore(folder).list('')) keys.push(key)
  return keys
}

async function text(store: Store, key: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(store, key))
}

/** Runs a module that has `store`, the room's index, and `folder`. */
function script(folder: string, body: string): string[] {
  const start = `import * as store from ${JSON.stringify(storeModule)}; const folder = ${JSON.stringify(folder)};`
  return ['--input-type=module', '--eval', start + body]
}

/** Starts a write that never ends, and kills the process in the middle of it. */
async function killedInTheMiddle(folder: string, key: string): Promise<void> {
  const body = `
    let pieces = 0
    const endless = new ReadableStream({ pull: async controller => {
      controller.enqueue(new Uint8Array(1 << 16))
      if (++pieces === 20) console.log('in the middle')
      await new Promise(resolve => setTimeout(resolve, 1))
    } })
    await store.fileStore(folder).write(${JSON.stringify(key)}, endless)`
  const child = spawn(process.execPath, script(folder, body), { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('fileStore() keeps a key as the file of that path', async context => {
  const folder = temporaryFolder(context)
  await writeFile(join(folder, 'by-hand.txt'), 'hello')
  assert.equal(await text(fileStore(folder), 'by-hand.txt'), 'hello')
})

test('fileStore() gives each version of a key a later time than the one before, so that no etag comes back', async context => {
  const folder = temporaryFolder(context)
  const store = fileStore(folder)
  const etags = new Set<string>()
  let last = 0
  for (let i = 0; i < 6; i++) {
    const { etag, changed } = await store.write('k', Buffer.from('same'))
    assert.ok(changed.getTime() >= last)
    etags.add(etag)
    // As if the clock had been an hour ahead.
    if (i === 2) await utimes(join(folder, 'k'), new Date(), Date.now() / 1000 + 3600)
    last = (await store.stat('k'))?.changed.getTime() ?? 0
  }
  assert.equal(etags.size, 6)
})

test('fileStore().read() closes the file of whoever gives up without asking for more', async context => {
  const folder = temporaryFolder(context)
  const store = fileStore(folder)
  await store.write('k', new Uint8Array(1 << 20))
  const openFiles = (): Promise<string[]> => readdir('/proc/self/fd')
  const before = (await openFiles()).length
  const stop = new AbortController()
  const streams = await Promise.all([...Array(8)].map(() => store.read('k', { signal: stop.signal })))
  assert.ok((await openFiles()).length >= before + 8)
  stop.abort()
  await Promise.all(streams.map(stream => assert.rejects(stream.getReader().read(), /Interrupted/)))
  assert.equal((await openFiles()).length, before)
})

test('fileStore() of a folder that is not there is empty, and making it writes nothing', async context => {
  const folder = join(temporaryFolder(context), 'later')
  assert.deepEqual(await keysOf(folder), [])
  assert.deepEqual(await readdir(join(folder, '..')), [])
})

test('fileStore().write() leaves the old bytes when the disk fills up', { skip: needMounts() }, async context => {
  const disk = smallDisk(512 * 1024)
  context.after(disk.unmount)
  const store = fileStore(disk.folder)
  await store.write('k', Buffer.from('old'))
  const full = (error: unknown): boolean =>
    error instanceof Problem && /Cannot write "k".*: the disk is full/.test(error.message)
  await assert.rejects(store.write('k', new Uint8Array(1024 * 1024)), full)
  const { body } = new Response(new Uint8Array(1024 * 1024))
  await assert.rejects(store.write('k', body!), full)
  assert.equal(await text(store, 'k'), 'old')
  assert.deepEqual(await readdir(disk.folder), ['k'])
  await store.write('k', new Uint8Array(256 * 1024))
  assert.equal((await store.stat('k'))?.size, 256 * 1024)
})

test('fileStore() on a read-only file system reads, and says why it does not write', {
  skip: needMounts(),
}, async context => {
  const original = temporaryFolder(context)
  await fileStore(original).write('k', Buffer.from('old'))
  const mount = readOnly(original)
  context.after(mount.unmount)
  const store = fileStore(mount.folder)
  assert.equal(await text(store, 'k'), 'old')
  const refused = [
    () => store.write('k', Buffer.from('new')),
    () => store.write('a/b', Buffer.from('new')),
    () => store.remove('k'),
  ]
  for (const work of refused) await assert.rejects(work, /: the file system is read-only/)
  assert.deepEqual(await keysOf(mount.folder), ['k'])
})

test('fileStore().write() that is killed in the middle leaves the old bytes, and the next write sweeps', async context => {
  const folder = temporaryFolder(context)
  await fileStore(folder).write('runs/k', Buffer.from('old'))
  await killedInTheMiddle(folder, 'runs/k')
  const leftOver = (await readdir(join(folder, 'runs'))).filter(name => name !== 'k')
  assert.equal(leftOver.length, 1)
  assert.deepEqual(await keysOf(folder), ['runs/k'])
  assert.equal(await text(fileStore(folder), 'runs/k'), 'old')
  await fileStore(folder).write('runs/other', Buffer.from('new'))
  assert.deepEqual((await readdir(join(folder, 'runs'))).sort(), ['k', 'other'])
})

test('fileStore().write() leaves the temporary files of those who are alive, and of other machines for a day', async context => {
  const folder = temporaryFolder(context)
  const { host } = thisOwner()
  const [alive, elsewhere, longAgo] = [`${host}-1`, '00000000-1', '00000000-2'].map(
    owner => `.chestnut-${owner}-0-0.tmp`,
  )
  for (const name of [alive, elsewhere, longAgo]) await writeFile(join(folder, name!), 'x')
  const twoDays = Date.now() / 1000 - 48 * 3600
  await utimes(join(folder, longAgo!), twoDays, twoDays)
  await fileStore(folder).write('k', Buffer.from('x'))
  assert.deepEqual((await readdir(folder)).sort(), [alive!, elsewhere!, 'k'].sort())
})

test('fileStore() neither lists nor follows links below its folder', async context => {
  const folder = temporaryFolder(context)
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'a', 'k'), 'x')
  await symlink(join(folder, 'a'), join(folder, 'a', 'loop'))
  assert.deepEqual(await keysOf(folder), ['a/k'])
})

test('fileStore() streams: a body larger than the memory that the process has passes through', {
  timeout: 60_000,
}, async context => {
  const folder = temporaryFolder(context)
  const body = `
    const size = 192 << 20
    let sent = 0
    const stream = new ReadableStream({ pull: controller => {
      if (sent === size) return controller.close()
      controller.enqueue(new Uint8Array(1 << 20).fill(7))
      sent += 1 << 20
    } }, { highWaterMark: 0 })
    const files = store.fileStore(folder)
    await files.write('large', stream)
    let read = 0
    for await (const piece of await files.read('large')) read += piece.length
    console.log(read === size, process.resourceUsage().maxRSS < 150 * 1024 ? 'small' : process.resourceUsage().maxRSS)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-semi-space-size=1', ...script(folder, body)], {
    encoding: 'utf8',
  })
  assert.equal(stdout, 'true small\n', stderr)
})

test('fileStore().write() under a condition is safe between processes: no count is lost', {
  timeout: 60_000,
}, async context => {
  const folder = temporaryFolder(context)
  const body = `
    const files = store.fileStore(folder)
    for (let done = 0; done < 10; ) {
      try {
        const entry = await files.stat('count')
        const count = entry ? await store.readJson(files, 'count') : 0
        await store.writeJson(files, 'count', count + 1, { onlyIf: entry ? { etag: entry.etag } : 'absent' })
        done++
      } catch (error) {
        if (!(error instanceof store.Conflict)) throw error
      }
    }`
  await Promise.all([1, 2, 3].map(() => succeeds(folder, body, context)))
  assert.equal(await text(fileStore(folder), 'count'), '30\n')
  assert.deepEqual(await readdir(folder), ['count'])
})

async function succeeds(folder: string, body: string, context: TestContext): Promise<void> {
  const child = spawn(process.execPath, script(folder, body), {
    stdio: ['ignore', 'inherit', 'inherit'],
    signal: context.signal,
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
}
