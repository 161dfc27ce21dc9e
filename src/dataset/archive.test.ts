import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { digestOf, Problem } from '../core/index.ts'
import { needMounts, readOnly, smallDisk } from '../testing/mounts.ts'
import { type ZipEntry, zip } from '../testing/zip.ts'
import { fetchData } from './fetch.ts'
import type { FetchOptions } from './fetch-options.ts'
import { unzip } from './unzip.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-archive-'))
})
after(() => rm(folder, { recursive: true }))

const header =
  'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],'

const films = zip([
  { name: 'images_001/images/00000001_000.png', content: 'one' },
  { name: 'images_002/images/00000002_000.png', content: 'two', deflate: true },
  { name: 'Data_Entry_2017.csv', content: `${header}\n`, deflate: true },
  { name: '__MACOSX/images_001/._00000001_000.png', content: 'junk' },
  { name: 'images_001/.DS_Store', content: 'junk' },
  { name: 'notes.exe', content: 'junk' },
])

let archives = 0
async function archive(content: Uint8Array): Promise<string> {
  const path = join(folder, `archive-${++archives}.zip`)
  await writeFile(path, content)
  return path
}

async function options(): Promise<FetchOptions> {
  return { folder: await mkdtemp(join(folder, 'out-')), base: folder }
}

test('an archive is unpacked once, without junk, and its table is found in it', async () => {
  const tools = await options()
  const path = await archive(films)
  const collection = await fetchData({ kind: 'nih', images: path }, tools)
  assert.deepEqual(
    collection.films.map(film => film.name),
    ['00000001_000.png', '00000002_000.png'],
  )
  assert.equal(await readFile(collection.films[1]!.path, 'utf8'), 'two')
  const [unpacked] = await readdir(tools.folder)
  assert.deepEqual(
    (await readdir(join(tools.folder, unpacked!), { recursive: true })).filter(name => /\.\w/.test(name)).sort(),
    ['Data_Entry_2017.csv', 'images_001/images/00000001_000.png', 'images_002/images/00000002_000.png'],
  )
  const again = await fetchData({ kind: 'nih', images: path }, tools)
  assert.deepEqual(again, collection)
  await utimes(path, 1, 1)
  await fetchData({ kind: 'nih', images: path }, tools)
  assert.equal((await readdir(tools.folder)).length, 2, 'a changed archive is another one')
})

test('an archive with another digest than was wanted is refused before it is unpacked', async () => {
  const tools = await options()
  const spec = { kind: 'nih', images: await archive(films), sha256: 'a'.repeat(64) } as const
  await assert.rejects(fetchData(spec, tools), /its SHA-256 is [0-9a-f]{64}, a{64} was wanted/)
  assert.deepEqual(await readdir(tools.folder), [])
})

test('a digest of a folder is refused: only an archive has one', async () => {
  const tools = await options()
  await assert.rejects(
    fetchData({ kind: 'nih', images: tools.folder, sha256: 'a'.repeat(64) }, tools),
    /it is no archive, and only an archive has one/,
  )
})

const hostile: readonly (readonly [string, RegExp, readonly ZipEntry[]])[] = [
  ['a path upwards', /an entry leads out of the folder/, [{ name: '../evil.png' }]],
  ['a path upwards, later', /an entry leads out of the folder/, [{ name: 'a.png' }, { name: 'images/../../evil.png' }]],
  ['a path upwards with backslashes', /an entry leads out of the folder/, [{ name: '..\\evil.png' }]],
  ['an absolute path', /an entry leads out of the folder/, [{ name: '/tmp/evil.png' }]],
  ['a drive letter', /an entry leads out of the folder/, [{ name: 'C:/evil.png' }]],
  ['a link', /an entry is a link/, [{ name: 'evil.png', content: '/etc/passwd', mode: 0o120777 }]],
  ['an encrypted file', /an entry is encrypted/, [{ name: 'a.png', encrypted: true }]],
  ['a repeated name', /two of its entries have one name/, [{ name: 'a.png' }, { name: 'a.png' }]],
  ['a file where a folder is', /two of its entries have one name/, [{ name: 'a.png/b.png' }, { name: 'a.png' }]],
  ['a damaged file', /its checksum is another one/, [{ name: 'a.png', content: 'x', checksum: 1 }]],
  ['a bomb', /more than 200 times its size/, [{ name: 'a.png', content: Buffer.alloc(4 << 20), deflate: true }]],
]

for (const [what, reason, entries] of hostile) {
  test(`an archive with ${what} is refused, and nothing stays behind`, async () => {
    const tools = await options()
    const path = await archive(zip(entries))
    await assert.rejects(fetchData({ kind: 'nih', images: path }, tools), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, reason)
      assert.doesNotMatch(error.message, /evil/)
      return true
    })
    assert.deepEqual(await readdir(tools.folder), [])
  })
}

test('limits hold for the number of entries, one file and all files', async () => {
  const path = await archive(
    zip([
      { name: 'a.png', content: 'four' },
      { name: 'b.png', content: 'four' },
    ]),
  )
  const refused = async (limits: object, message: RegExp): Promise<void> => {
    await assert.rejects(unzip(path, await mkdtemp(join(folder, 'limits-')), { limits }), message)
  }
  await refused({ entries: 1 }, /more than 1 entries/)
  await refused({ entryBytes: 3 }, /an entry is larger than 3 bytes/)
  await refused({ bytes: 7 }, /larger together than the limit allows/)
})

test('a text file named .zip and a cut archive are refused with a sentence', async () => {
  const tools = await options()
  for (const content of [Buffer.from('no archive'), films.subarray(0, films.length - 30)]) {
    const path = await archive(content)
    await assert.rejects(fetchData({ kind: 'nih', images: path }, tools), /it is damaged, or no zip archive/)
  }
})

async function serving(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server: Server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/films.zip?signature=secret`)
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

const noWait = { now: () => 0, sleep: () => Promise.resolve() }

/** What a killed download leaves behind. */
async function leaveDownload(tools: FetchOptions, identity: object, part: Uint8Array | string): Promise<void> {
  const file = join(tools.folder, `archive-${digestOf(identity).slice(0, 16)}.zip`)
  await writeFile(`${file}.part`, part)
  await writeFile(`${file}.etag`, '"v1"')
}

test('an interrupted download goes on where it stopped, and is not made twice', async () => {
  const tools = { ...(await options()), clock: noWait }
  const sha256 = createHash('sha256').update(films).digest('hex')
  const asked: (string | undefined)[] = []
  await serving(
    (request, response) => {
      asked.push(request.headers.range)
      response.writeHead(206, { etag: '"v1"' }).end(films.subarray(100))
    },
    async url => {
      await leaveDownload(tools, { url, sha256 }, films.subarray(0, 100))
      assert.equal((await fetchData({ kind: 'nih', images: url, sha256 }, tools)).films.length, 2)
      await fetchData({ kind: 'nih', images: url, sha256 }, tools)
      assert.deepEqual(asked, ['bytes=100-'])
    },
  )
})

test('a connection that breaks is tried again', async () => {
  const tools = { ...(await options()), clock: noWait }
  let asked = 0
  await serving(
    (_request, response) => {
      response.writeHead(200, { 'content-length': films.length })
      if (++asked > 2) response.end(films)
      else response.write(films.subarray(0, 100), () => response.destroy())
    },
    async url => {
      assert.equal((await fetchData({ kind: 'nih', images: url }, tools)).films.length, 2)
      assert.equal(asked, 3)
    },
  )
})

test('a download starts anew when the server has another file by now', async () => {
  const tools = { ...(await options()), clock: noWait }
  await serving(
    (_request, response) => response.writeHead(200, { etag: '"v2"' }).end(films),
    async url => {
      await leaveDownload(tools, { url }, 'the start of another file')
      assert.equal((await fetchData({ kind: 'nih', images: url }, tools)).films.length, 2)
    },
  )
})

test('a download with another digest, a refusal and a dead server are sentences without the signature', async () => {
  const tools = { ...(await options()), clock: noWait }
  let answers = 0
  await serving(
    (request, response) => {
      answers++
      if (request.url?.includes('missing')) response.writeHead(404).end()
      else if (request.url?.includes('busy')) response.writeHead(503).end()
      else response.end(films)
    },
    async url => {
      const refused = (images: string, message: RegExp, sha256?: string): Promise<void> =>
        assert.rejects(
          fetchData({ kind: 'nih', images, ...(sha256 === undefined ? {} : { sha256 }) }, tools),
          (error: Error) => {
            assert.match(error.message, message)
            assert.doesNotMatch(error.message, /secret/)
            return true
          },
        )
      await refused(url, /its SHA-256 is .*, 0000 was wanted/, '0000')
      await refused(url.replace('films', 'missing'), /the server answered 404/)
      answers = 0
      await refused(url.replace('films', 'busy'), /the server answered 503/)
      assert.equal(answers, 4, 'a busy server is asked again')
    },
  )
  assert.deepEqual(await readdir(tools.folder), [])
})

test('a full disk and a read-only one are sentences, and nothing half-written stays', {
  skip: needMounts(),
}, async () => {
  const small = smallDisk(64 * 1024)
  const tools = { folder: join(small.folder, 'data'), base: folder }
  try {
    const large = await archive(zip([{ name: 'a.png', content: randomBytes(1 << 20) }]))
    await assert.rejects(fetchData({ kind: 'nih', images: large }, tools), /Cannot write ".*": the disk is full/)
    assert.deepEqual(await readdir(tools.folder), [])
    const full = readOnly(small.folder)
    try {
      const there = { ...tools, folder: join(full.folder, 'data') }
      await assert.rejects(fetchData({ kind: 'nih', images: large }, there), /the file system is read-only/)
    } finally {
      full.unmount()
    }
  } finally {
    small.unmount()
  }
})
