import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  const run = await folder.chestnut('run')
  assert.equal(run.code, 0, run.err)
})
after(() => folder[Symbol.asyncDispose]())

test('`chestnut run` lays out every result by the name that the guide gives it', () => {
  for (const name of [
    'explore.html',
    'training_set.csv',
    'validation_set.csv',
    'testing_set.csv',
    'history.png',
    'history.json',
    'model.onnx',
    'evaluation.html',
    'evaluation.json',
  ]) {
    assert.ok(existsSync(folder.file(`out/${name}`)), name)
  }
})

test('a second `chestnut run` runs nothing and says so', async () => {
  const { code, out } = await folder.chestnut('run')
  assert.equal(code, 0)
  assert.equal(out.match(/nothing changed, kept/g)?.length, 6)
})

test('a changed seed of training runs only what depends on it', async () => {
  await folder.write('chestnut.config.ts', tinyConfig.replace('epochs: 3', 'epochs: 2'))
  const { out } = await folder.chestnut('train')
  await folder.write('chestnut.config.ts', tinyConfig)
  assert.equal(out.match(/nothing changed, kept/g)?.length, 2)
})

test('a film whose time changed but not its content changes nothing', async () => {
  const data = (await readdir(folder.file('.chestnut/data'), { recursive: true })).filter(name => name.endsWith('.png'))
  await utimes(folder.file(`.chestnut/data/${data[0]}`), new Date(), new Date(Date.now() - 60_000))
  const { out } = await folder.chestnut('prepare')
  assert.equal(out.match(/nothing changed, kept/g)?.length, 2)
})

test('results that were deleted are laid out again without running a stage', async () => {
  await rm(folder.file('out'), { recursive: true })
  const { out } = await folder.chestnut('run')
  assert.equal(out.match(/nothing changed, kept/g)?.length, 6)
  assert.ok(existsSync(folder.file('out/model.onnx')))
})

test('two projects with one seed give the same bytes: splits, weights, metrics', async () => {
  await using twin = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  assert.equal((await twin.chestnut('run')).code, 0)
  for (const name of [
    'model.onnx',
    'history.json',
    'history.png',
    'evaluation.json',
    'predictions.csv',
    'explore.json',
  ]) {
    assert.deepEqual(await readFile(folder.file(`out/${name}`)), await readFile(twin.file(`out/${name}`)), name)
  }
})

test('`chestnut predict --json` prints one object a film, and says which film is none', async () => {
  await mkdir(folder.file('films'), { recursive: true })
  const data = (await readdir(folder.file('.chestnut/data'), { recursive: true })).filter(name => name.endsWith('.png'))
  for (const [i, name] of data.slice(0, 3).entries()) {
    await writeFile(folder.file(`films/${i}.png`), await readFile(folder.file(`.chestnut/data/${name}`)))
  }
  await folder.write('films/words.png', 'these are words')
  const { code, out } = await folder.chestnut('predict', 'films', '--json', '--explain')
  const lines = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  assert.equal(code, 1)
  assert.equal(lines.length, 4)
  for (const line of lines.slice(0, 3)) {
    assert.match(String(line['prediction']), /^(No )?Pneumonia$/)
    assert.ok(Number(line['probability']) >= 0 && Number(line['probability']) <= 1)
    assert.ok(existsSync(String(line['overlay'])))
  }
  assert.match(String(lines[3]?.['error']), /./)
})

test('`chestnut evaluate --folds` judges out of fold, by patient', async () => {
  const { code, out, err } = await folder.chestnut('evaluate', '--folds', '3', '--seeds', '1', '--json')
  assert.equal(code, 0, err)
  const record = JSON.parse(out) as { auroc: { value: number; low: number; high: number }; folds: number }
  assert.equal(record.folds, 3)
  assert.ok(record.auroc.low <= record.auroc.value && record.auroc.value <= record.auroc.high)
})

test('the server answers as the guide does, and ends with Ctrl-C at 130 without losing an answer', async () => {
  const server = folder.start('serve', '--port', '0')
  const url = /http:\/\/[\d.:]+/.exec(await server.shows(/http:\/\/127/))?.[0] ?? ''
  assert.equal((await fetch(`${url}/health/ready`)).status, 200)
  const data = (await readdir(folder.file('.chestnut/data'), { recursive: true })).filter(name => name.endsWith('.png'))
  const form = new FormData()
  form.set('file', new Blob([await readFile(folder.file(`.chestnut/data/${data[0]}`))]), 'film.png')
  const reply = (await (await fetch(url, { method: 'POST', body: form })).json()) as Record<string, unknown>
  assert.match(String(reply['prediction']), /^(No )?Pneumonia$/)
  server.child.kill('SIGINT')
  assert.equal((await server.finished).code, 0)
})

test('a port in use is named, with a free one to try', async () => {
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, err } = await folder.chestnut('serve', '--port', String(port))
  holder.close()
  assert.equal(code, 1)
  assert.match(err, new RegExp(`Cannot listen on "127.0.0.1:${port}": another program uses the port`))
})

test('Ctrl-C during training ends with 130 and the next run goes through', async () => {
  await using other = await projectFolder({
    'chestnut.config.ts': tinyConfig.replace('epochs: 3', 'epochs: 400, patience: 400'),
  })
  const run = other.start('train')
  await run.shows(/epoch|training/)
  run.child.kill('SIGINT')
  assert.equal((await run.finished).code, 130)
  await other.write('chestnut.config.ts', tinyConfig)
  assert.equal((await other.chestnut('train')).code, 0)
})

for (const stage of ['fetch', 'explore', 'prepare', 'train', 'evaluate']) {
  test(`kill -9 during ${stage} leaves nothing half-written: the next run goes through`, async () => {
    await using other = await projectFolder({ 'chestnut.config.ts': tinyConfig })
    const before = { fetch: undefined, explore: 'fetch', prepare: 'fetch', train: 'prepare', evaluate: 'train' }[stage]
    if (before !== undefined) assert.equal((await other.chestnut(before)).code, 0)
    const run = other.start(stage)
    await new Promise(resolve => setTimeout(resolve, 400))
    run.child.kill('SIGKILL')
    await run.finished
    const again = await other.chestnut(stage)
    assert.equal(again.code, 0, again.err)
  })
}
