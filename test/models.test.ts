import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let from: ProjectFolder
let to: ProjectFolder
let signer: string

before(async () => {
  from = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  to = await projectFolder()
  await from.succeeds('run')
  const { out } = await from.succeeds('models', 'key', '--key', 'key.pem')
  signer = out.trim()
})
after(async () => {
  await from[Symbol.asyncDispose]()
  await to[Symbol.asyncDispose]()
})

test('`models key` makes a key that nobody else may read, once', async () => {
  assert.match(signer, /^ed25519:[A-Za-z0-9_-]{43}$/)
  assert.equal((await stat(from.file('key.pem'))).mode & 0o777, 0o600)
  const again = JSON.parse((await from.succeeds('models', 'key', '--key', 'key.pem', '--json')).out)
  assert.deepEqual(again, { key: signer, file: 'key.pem', made: false })
})

test('a version goes to another store with its runs and reports, and answers there', async () => {
  const bundle = to.file('pneumonia.bundle')
  const { out } = await from.succeeds('models', 'export', 'pneumonia@1', bundle, '--key', 'key.pem')
  assert.match(
    out,
    new RegExp(
      `^Exported pneumonia@1 to \\S+: \\d+ bytes, with \\d+ runs, settings and reports\\nsigned by ${signer}\\n`,
    ),
  )
  const before = await readFile(bundle)
  await from.succeeds('models', 'export', 'pneumonia', bundle, '--key', 'key.pem')
  assert.deepEqual(await readFile(bundle), before, 'the same bytes again')
  const [, ...rows] = (await readFile(from.file('out/manifest.csv'), 'utf8')).trim().split('\n')
  const films = rows.flatMap(row => row.split(',').filter(cell => cell.endsWith('.png')))
  assert.ok(films.length >= 60)
  for (const word of [...films, 'training_set', from.path]) assert.ok(!before.includes(word), word)

  assert.match(
    (await to.succeeds('models', 'import', bundle, '--trust', signer, '--promote')).out,
    /^Imported pneumonia@1, signed by ed25519:/,
  )
  const [listed] = JSON.parse((await to.succeeds('models', 'list', '--json')).out)
  assert.deepEqual(listed.from, { reference: 'pneumonia@1', signer })
  const table = await to.succeeds('models', 'list')
  assert.match(
    table.out,
    /^MODEL +ALIAS +MADE \(UTC\) +AUROC +SHA-256 +FROM\npneumonia@1 +production +\S+ \S+ +0\.\d{3} +[0-9a-f]{12}… +pneumonia@1, signed by ed25519:/,
  )
  const [there, here] = await Promise.all(
    [from, to].map(folder => folder.succeeds('runs', 'show', 'pneumonia@1', '--json')),
  )
  assert.deepEqual(JSON.parse(here!.out), JSON.parse(there!.out), 'settings came along')
  const runs = JSON.parse((await to.succeeds('runs', 'list', '--json')).out)
  assert.deepEqual(
    runs.map(({ stage }: { stage: string }) => stage),
    ['evaluate', 'train'],
  )
  assert.match((await to.chestnut('models', 'list', 'pneumonai')).err, /did you mean "pneumonia"\?/)
  const again = await to.succeeds('models', 'import', bundle, '--trust', signer)
  assert.match(again.out, /^Imported pneumonia@1,/, 'the same bytes are the same version')
})

test('an unknown signer and altered bytes are refused before anything is written', async () => {
  await using empty = await projectFolder()
  const bundle = await empty.write('model.bundle', await readFile(to.file('pneumonia.bundle')))
  const other = (await from.succeeds('models', 'key', '--key', 'other.pem')).out.trim()
  const unknown = await empty.chestnut('models', 'import', bundle, '--trust', other)
  assert.equal(unknown.code, 3)
  assert.match(unknown.err, new RegExp(`it was signed by "${signer}", which is not among the keys that are trusted`))
  const bytes = await readFile(bundle)
  bytes[bytes.length >> 1]! ^= 1
  await empty.write('altered.bundle', bytes)
  const altered = await empty.chestnut('models', 'import', 'altered.bundle', '--trust', signer)
  assert.equal(altered.code, 1)
  assert.match(altered.err, /its files are not those of its manifest|bytes of it were altered/)
  const missing = await empty.chestnut('models', 'import', 'nowhere', '--trust', signer)
  assert.match(missing.err, /Cannot import "nowhere": there is no such file/)
  assert.equal((await empty.chestnut('models', 'import', bundle)).code, 2, 'trust must be said')
  assert.equal((await empty.succeeds('models', 'list')).out, 'Nothing has been published yet.\n')
  assert.equal((await empty.succeeds('runs', 'list')).out, 'Nothing has run yet.\n')
})
