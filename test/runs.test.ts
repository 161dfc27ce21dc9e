import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { RunRecord } from '../src/core/index.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder

/** Two cycles that differ in how long they train, and a stage that fails. */
before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('run')
  await folder.write('chestnut.config.ts', tinyConfig.replace('epochs: 3', 'epochs: 2'))
  await folder.succeeds('evaluate')
  // One film in a hundred that cannot be read is too many.
  const [header = '', ...rows] = (await readFile(folder.file('out/manifest.csv'), 'utf8')).trim().split('\n')
  const [part, path] = ['split', 'path'].map(name => header.split(',').indexOf(name))
  const film = rows.map(row => row.split(',')).find(cells => cells[part!] === 'train')
  await folder.write(film?.[path!] ?? '', 'no film')
  await folder.chestnut('train')
})
after(() => folder[Symbol.asyncDispose]())

async function listed(...words: readonly string[]): Promise<readonly RunRecord[]> {
  return JSON.parse((await folder.succeeds('runs', 'list', '--json', ...words)).out)
}

test('`runs list` shows the newest first, and only what is asked for', async () => {
  const all = await listed()
  assert.deepEqual(
    [...all].sort((a, b) => (a.id < b.id ? 1 : -1)),
    all,
  )
  assert.deepEqual(
    new Set(all.map(({ stage }) => stage)),
    new Set(['fetch', 'explore', 'prepare', 'train', 'evaluate', 'publish']),
  )
  const trainings = await listed('--stage', 'train', '--status', 'done')
  assert.equal(trainings.length, 2)
  assert.deepEqual(await listed('--stage', 'train', '--status', 'done', '--limit', '1'), trainings.slice(0, 1))
  const { out } = await folder.succeeds('runs', 'list', '--limit', '4')
  assert.match(out, /^RUN +STAGE +STATUS +STARTED \(UTC\) +TOOK +COST +RESULT\n/)
  assert.match(out, /evaluate +done +\d{4}-\d\d-\d\d \d\d:\d\d +[\d.]+ s +– +AUROC 0\.\d+\n/)
  assert.match(out, /older ones: --limit 8\n$/)
  const [failed, ...others] = await listed('--status', 'failed')
  assert.deepEqual([failed?.stage, failed?.error, others], ['train', 'Problem', []])
  assert.match((await folder.succeeds('runs', 'list', '--status', 'failed')).out, /train +failed .* Problem\n$/)
  assert.match((await folder.succeeds('runs', 'list', '--status', 'interrupted')).out, /^No run is interrupted\.\n$/)
})

test('`runs show` takes an id, its beginning or a model, and says all that is known', async () => {
  const [newest] = await listed('--stage', 'train', '--status', 'done')
  const { out } = await folder.succeeds('runs', 'show', newest!.id.slice(0, 19))
  assert.match(out, new RegExp(`^run +${newest!.id}\\nstage +train, done\\nstarted +.* UTC, took `))
  assert.ok(out.includes(newest!.outputs['model.onnx']!))
  assert.match(out, /\nsettings\n(.*\n)* +train\.epochs +2\n/)
  const shown = JSON.parse((await folder.succeeds('runs', 'show', 'pneumonia@1', '--json')).out)
  assert.deepEqual([shown.stage, shown.settings['train.epochs'], shown.settings.seed], ['train', '3', '42'])
})

test('`runs diff` names the settings, outputs and metrics that differ, and by how much', async () => {
  const [second, first] = await listed('--stage', 'train', '--status', 'done')
  const { out } = await folder.succeeds('runs', 'diff', first!.id, second!.id)
  assert.match(out, /\nSETTINGS +FIRST +SECOND\ntrain\.epochs +3 +2\n/)
  assert.match(out, /\nmodel\.onnx +[0-9a-f]{12}… +[0-9a-f]{12}…\n/)
  assert.match(out, /\nepochs +3 +2 +-1\n/)
  assert.match(out, /\n\d metrics are the same\n$/)
  assert.doesNotMatch(out, /dataset|cpu/)
  const found = JSON.parse((await folder.succeeds('runs', 'diff', 'pneumonia@production', second!.id, '--json')).out)
  const { difference } = found.metrics.find(({ name }: { name: string }) => name === 'validationLoss')
  assert.equal(difference, second!.metrics['validationLoss']! - first!.metrics['validationLoss']!)
  const same = await folder.succeeds('runs', 'diff', first!.id, first!.id)
  assert.match(same.out, /\n\nnothing differs\n$/)
})

test('an id that is wrong or not enough is answered with the one that was meant', async () => {
  const [first] = await listed('--stage', 'train')
  const wrong = `${first!.id.slice(0, 15)}x${first!.id.slice(16)}`
  const typo = await folder.chestnut('runs', 'show', wrong)
  assert.equal(typo.code, 1)
  assert.match(
    typo.err,
    new RegExp(`there is none of this id, did you mean "${first!.id}"\\?\nnext: npx chestnut runs list`),
  )
  const short = await folder.chestnut('runs', 'show', '20')
  assert.match(short.err, /Cannot choose the run "20": \d+ runs begin so, such as "20/)
  const model = await folder.chestnut('runs', 'show', 'pneumonai@1')
  assert.match(model.err, /did you mean "pneumonia"\?/)
})

test('a record that was damaged, or is of a newer Chestnut, hides no other', async () => {
  const [id] = (await readdir(folder.file('.chestnut/store/runs'))).sort()
  await folder.write('.chestnut/store/runs/99999999t000000000z-damaged.json', '{')
  await folder.write('.chestnut/store/runs/99999999t000000000z-newer.json', '{"format":"chestnut.run/2"}')
  const { out, err } = await folder.succeeds('runs', 'list', '--limit', '100')
  assert.ok(out.includes(id!.slice(0, 19)))
  assert.match(err, /it is no JSON/)
  assert.match(err, /written by a newer Chestnut/)
})

test('where nothing ran, that is said', async () => {
  await using empty = await projectFolder()
  assert.equal((await empty.succeeds('runs', 'list')).out, 'Nothing has run yet.\n')
  assert.match((await empty.chestnut('runs', 'show', 'x')).err, /nothing has run yet\nnext: npx chestnut run/)
})
