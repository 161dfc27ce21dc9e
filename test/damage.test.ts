import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder
let film: string
let model: Buffer

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('run')
  model = await readFile(folder.file('out/model.onnx'))
  const [first] = (await files('.chestnut/data')).filter(path => path.endsWith('.png'))
  film = await folder.write('film.png', await readFile(first ?? ''))
})
after(() => folder[Symbol.asyncDispose]())

async function files(below: string): Promise<readonly string[]> {
  const entries = await readdir(folder.file(below), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

async function damage(paths: readonly string[]): Promise<void> {
  for (const path of paths) await writeFile(path, 'damaged')
}

async function runsThrough(): Promise<string> {
  const { code, err } = await folder.chestnut('run')
  assert.equal(code, 0, err)
  return err
}

test('pixels, digests and cache records may be deleted or damaged at any time', async () => {
  await rm(folder.file('.chestnut/pixels'), { recursive: true })
  await damage([folder.file('.chestnut/digests.json')])
  await damage(await files('.chestnut/store/cache'))
  assert.match(await runsThrough(), /it is no JSON\. The stage "train" runs again/)
  await damage(await files('.chestnut/pixels'))
  await folder.succeeds('train', '--epochs', '1')
})

test('a result whose bytes have changed is never used: its stage runs again', async () => {
  await damage(await files('.chestnut/store/blobs'))
  const asked = await folder.chestnut('predict', 'film.png')
  assert.equal(asked.code, 1)
  assert.match(asked.err, /Cannot open the model "pneumonia@1": its file is missing or has changed/)
  assert.match(await runsThrough(), /its bytes have changed/)
  assert.deepEqual(await readFile(folder.file('out/model.onnx')), model)
  await folder.succeeds('predict', 'film.png')
})

test('model files that are none, foreign, newer or changed are refused in a sentence', async () => {
  const newer = Buffer.from(model.toString('latin1').replace(/chestnut\.model\/\d/, 'chestnut.model/9'), 'latin1')
  assert.ok(!newer.equals(model))
  const middle = model.length >> 1
  const changed = Buffer.from(model).fill(0x3f, middle, middle + 256)
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['words', Buffer.from('no model'), /Cannot read the ONNX model/],
    ['cut', model.subarray(0, model.length / 2), /Cannot read the ONNX model/],
    ['newer', newer, /it was written by a newer Chestnut/],
    ['changed', changed, /Cannot trust the model "pneumonia": it answers/],
  ]
  for (const [name, bytes, sentence] of refusals) {
    await folder.write(`${name}.onnx`, bytes)
    const { code, out, err } = await folder.chestnut('serve', '--port', '0', '--model', `${name}.onnx`)
    assert.equal(code, 1, name)
    assert.equal(out, '')
    assert.match(err, sentence)
    assert.doesNotMatch(err, /\n\s+at /)
  }
})

test('a project works from another folder, and one that is only asked leaves nothing behind', async () => {
  await using elsewhere = await projectFolder()
  await elsewhere.write('mine.onnx', model)
  const asked = await elsewhere.succeeds('predict', film, '--model', 'mine.onnx', '--json')
  assert.equal((JSON.parse(asked.out) as { model: string }).model, 'file')
  assert.deepEqual(await readdir(elsewhere.path), ['mine.onnx'])
  await elsewhere.succeeds('predict', film, '--config', folder.file('chestnut.config.ts'))
})

test('films of one name from two folders get an explanation each; junk beside them is left alone', async () => {
  await cp(film, folder.file('a/film.png'))
  await cp(film, folder.file('a/b/film.png'))
  await cp(film, folder.file('a/__MACOSX/film.png'))
  await cp(film, folder.file('a/._film.png'))
  const { code, out } = await folder.chestnut('predict', 'a', '--explain', 'why')
  assert.equal(code, 0)
  assert.equal(out.trim().split('\n').length, 2)
  assert.deepEqual(await readdir(folder.file('why')), ['film-2-overlay.png', 'film-overlay.png'])
})

test('a reader that leaves early is no error', async () => {
  const run = folder.start('predict', ...Array.from({ length: 40 }, () => 'film.png'))
  run.child.stdout?.destroy()
  const { code, err } = await run.finished
  assert.equal(code, 0, err)
  assert.match(err, /^(Pneumonia: Not calibrated .*\n)?$/)
})

test('no name of a film and no path leaves the data for records and reports', async () => {
  const records = (await files('.chestnut/store')).filter(path => path.endsWith('.json'))
  const reports = ['explore.html', 'explore.json', 'evaluation.html', 'evaluation.json', 'predictions.csv']
  for (const path of [...records, ...reports.map(name => folder.file(`out/${name}`))]) {
    const text = await readFile(path, 'utf8')
    assert.doesNotMatch(text, /\d{8}_\d{3}/, path)
    assert.ok(!text.includes(folder.path), path)
  }
  assert.ok(existsSync(film))
})
