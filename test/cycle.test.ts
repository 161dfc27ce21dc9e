import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('run')
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

test('a changed training runs only what depends on it', async () => {
  await folder.write('chestnut.config.ts', tinyConfig.replace('epochs: 3', 'epochs: 2'))
  const { out } = await folder.chestnut('train', '--profile')
  await folder.write('chestnut.config.ts', tinyConfig)
  assert.equal(out.match(/nothing changed, kept/g)?.length, 2)
  assert.match(out, /^all +[\d.]+ +100\.0 %$/m)
})

test('`--profile` of a training that was there already says how to see it', async () => {
  const { code, err } = await folder.chestnut('train', '--profile', '--json')
  assert.equal(code, 0)
  assert.match(err, /--force trains again/)
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

test("`chestnut predict --prevalence` answers for another place, and turns no film's answer over", async () => {
  const ask = async (
    ...flags: readonly string[]
  ): Promise<readonly { probability: number; threshold: number; positive: boolean }[]> => {
    const { out } = await folder.chestnut('predict', 'films', '--json', ...flags)
    return out
      .trim()
      .split('\n')
      .flatMap(line => JSON.parse(line).findings ?? [])
  }
  const [here, rare] = await Promise.all([ask(), ask('--prevalence', '0.01')])
  assert.deepEqual([here.length, rare.length], [3, 3])
  for (const [i, film] of rare.entries()) {
    assert.ok(film.probability < here[i]!.probability && film.threshold < here[i]!.threshold)
    assert.equal(film.positive, here[i]!.positive)
  }
})

test('`chestnut evaluate --folds` judges out of fold, by patient', async () => {
  const { code, out, err } = await folder.chestnut('evaluate', '--folds', '3', '--seeds', '1', '--json')
  assert.equal(code, 0, err)
  const record = JSON.parse(out) as { auroc: { value: number; low: number; high: number }; folds: number }
  assert.equal(record.folds, 3)
  assert.ok(record.auroc.low <= record.auroc.value && record.auroc.value <= record.auroc.high)
})

test('the server answers as the guide does, and Ctrl-C is its normal end', async () => {
  const server = folder.start('serve', '--port', '0')
  const url = /http:\/\/[\d.:]+/.exec(await server.shows(/http:\/\/127/))?.[0] ?? ''
  assert.equal((await fetch(`${url}/health/ready`)).status, 200)
  const data = (await readdir(folder.file('.chestnut/data'), { recursive: true })).filter(name => name.endsWith('.png'))
  const form = new FormData()
  form.set('file', new Blob([await readFile(folder.file(`.chestnut/data/${data[0]}`))]), 'film.png')
  const reply = (await (await fetch(url, { method: 'POST', body: form })).json()) as Record<string, unknown>
  assert.match(String(reply['prediction']), /^(No )?Pneumonia$/)
  server.child.kill('SIGINT')
  const { code, out } = await server.finished
  assert.equal(code, 0)
  assert.equal(out.trim().split('\n').length, 2, 'stdout holds the answer, the log goes to stderr')
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

test('Ctrl-C during training ends with 130', async () => {
  await using other = await projectFolder({
    'chestnut.config.ts': tinyConfig.replace('epochs: 3', 'epochs: 400, patience: 400'),
  })
  const run = other.start('train')
  await run.shows(/epoch|training/)
  run.child.kill('SIGINT')
  const { code, err } = await run.finished
  assert.equal(code, 130)
  assert.match(err, /Stopped: what was finished is kept\nnext: run the same command again/)
})

/** What must have been shown before a signal hits the stage. */
const shownBefore = {
  fetch: undefined,
  explore: 'fetch',
  prepare: 'explore',
  train: 'prepare',
  evaluate: 'train',
  publish: 'evaluate',
} as const

test('a project killed in every stage, by kill -9 and by Ctrl-C, ends with the bytes of one that never was', async () => {
  await using other = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  for (const [stage, before] of Object.entries(shownBefore)) {
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const run = other.start('run')
      if (before === undefined) await drawing(other.file('.chestnut/data'), run.child.pid)
      else await run.shows(new RegExp(`^${before} `, 'm'))
      run.child.kill(signal)
      const { code, err } = await run.finished
      if (signal === 'SIGINT' && stage !== 'publish') assert.equal(code, 130, `${stage}: ${err}`)
      assert.doesNotMatch(err, /\n\s+at /)
      await nothingHalfWritten(other.file('out'))
    }
  }
  await other.succeeds('run')
  assert.deepEqual(await leftovers(other.file('.chestnut')), [])
  for (const name of [
    'model.onnx',
    'history.json',
    'history.png',
    'evaluation.json',
    'predictions.csv',
    'explore.json',
  ]) {
    assert.deepEqual(await readFile(folder.file(`out/${name}`)), await readFile(other.file(`out/${name}`)), name)
  }
})

test('two runs of one project at the same time disturb nothing and publish one version', async () => {
  await using other = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  const runs = await Promise.all([other.chestnut('run'), other.chestnut('run')])
  for (const { code, err } of runs) assert.equal(code, 0, err)
  assert.deepEqual(await readdir(other.file('.chestnut/store/models/pneumonia/versions')), ['000001.json'])
  assert.deepEqual(await readFile(folder.file('out/model.onnx')), await readFile(other.file('out/model.onnx')))
})

/** Resolves when a process draws phantoms: it does so in a folder that bears its number. */
async function drawing(data: string, pid: number | undefined): Promise<void> {
  while (!existsSync(data) || !(await readdir(data)).some(name => name.includes(`.${pid}-`))) {
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** Results are there whole or not at all. */
async function nothingHalfWritten(output: string): Promise<void> {
  const names = existsSync(output) ? await readdir(output) : []
  for (const name of names.filter(name => name.endsWith('.json') && !name.startsWith('.'))) {
    JSON.parse(await readFile(join(output, name), 'utf8'))
  }
}

/** Temporary files that nobody will finish. */
async function leftovers(state: string): Promise<readonly string[]> {
  return (await readdir(state, { recursive: true })).filter(name => /\.part$|\.tmp|partial\/./.test(name))
}
