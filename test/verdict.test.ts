import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { readManifest } from '../src/dataset/index.ts'
import type { Verdict } from '../src/evaluate/index.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder

const withQuality = (quality: string): string => tinyConfig.replace('train:', `quality: ${quality},\n  train:`)

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig, '.gitignore': 'out\n.chestnut\nother\nfilms\n' })
  git('init', '--quiet')
})
after(() => folder[Symbol.asyncDispose]())

function git(...words: readonly string[]): string {
  const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org']
  return execFileSync('git', [...who, ...words], { cwd: folder.path })
    .toString()
    .trim()
}

async function commit(config: string): Promise<string> {
  await folder.write('chestnut.config.ts', config)
  git('add', '--all')
  git('commit', '--quiet', '--message', 'a change')
  return git('rev-parse', 'HEAD')
}

async function verdict(...flags: readonly string[]): Promise<{ verdict: Verdict; code: number | null; err: string }> {
  const { code, out, err } = await folder.chestnut('report', '--json', ...flags)
  return { verdict: JSON.parse(out) as Verdict, code, err }
}

const outcomeOf = ({ gates }: Verdict, name: string): string | undefined =>
  gates.find(gate => gate.name === name)?.outcome

test('before anything was trained a report says so and trains nothing', async () => {
  await commit(tinyConfig)
  const { verdict: found, code, err } = await verdict()
  assert.equal(code, 3)
  assert.match(err, /The change does not pass: Trained and judged/)
  assert.deepEqual(found.failure, { stage: 'train', status: 'missing' })
  assert.equal(existsSync(folder.file('out/model.onnx')), false)
  assert.match(await readFile(folder.file('out/verdict.md'), 'utf8'), /was never run for this change/)
})

test('the model that is in production is its own base: nothing changed', async () => {
  await folder.succeeds('run')
  const { verdict: found, code } = await verdict()
  assert.equal(code, 0)
  assert.equal(found.passed, true)
  assert.ok(found.base.kind === 'model' && found.base.isSame)
  assert.equal(found.base.reference, 'pneumonia@1')
  assert.deepEqual(found.data?.diff?.films.added, 0)
})

test('a change of data and training is compared with production on films that production never saw', async () => {
  const first = git('rev-parse', 'HEAD')
  const second = await commit(
    withQuality('{ auroc: { atLeast: 0.999 }, drop: { auroc: 0.999 }, cost: { atMost: 1 } }')
      .replace('patients: 60', 'patients: 80')
      .replace('epochs: 3', 'epochs: 4'),
  )
  await folder.succeeds('evaluate')
  const { verdict: found, code } = await verdict()
  assert.equal(code, 3)
  assert.equal(found.commit, second)
  assert.equal(outcomeOf(found, 'model'), 'pass')
  assert.equal(outcomeOf(found, 'auroc'), 'fail')
  assert.equal(outcomeOf(found, 'drop.auroc'), 'pass')
  assert.ok(found.base.kind === 'model' && !found.base.isSame && found.base.isKnown)

  const { films, patients } = found.data!.diff!
  assert.deepEqual([patients.before, patients.after, patients.added], [60, 80, 20])
  assert.equal(films.before - films.removed + films.added, films.after)
  const { testing, findings } = found
  const [compared] = findings.map(finding => finding.compared)
  assert.ok(testing !== null && compared != null)
  assert.equal(testing.compared + testing.leftOut.films + testing.leftOut.patients, testing.films)
  assert.equal(compared.films, testing.compared)

  const byCommit = await verdict('--base', 'HEAD~1', '--out', 'other')
  assert.deepEqual(byCommit.verdict.findings, findings)
  assert.ok(byCommit.verdict.base.kind === 'model')
  assert.deepEqual([byCommit.verdict.base.commit, byCommit.verdict.base.digest], [first, found.base.digest])
  assert.equal(byCommit.verdict.base.reference, `commit ${first.slice(0, 12)}`)
  assert.deepEqual((await verdict('--base', 'pneumonia@1')).verdict, found)
})

test('no file of a verdict names a film or a patient, or reaches for another host', async () => {
  // The same films under names that can be looked for, of patients who have names.
  const rows = readManifest(await readFile(folder.file('out/manifest.csv'), 'utf8')).slice(0, 90)
  const lines = rows.map(({ name, patient, labels, sex, age, view }) =>
    [`shown-${name}`, `Person-${patient}-Doe`, labels['Pneumonia'], sex, age, view].join(','),
  )
  await mkdir(folder.file('films'))
  await folder.write('films/films.csv', `${['file,person,Pneumonia,sex,age,view', ...lines].join('\n')}\n`)
  for (const { name, path } of rows) await copyFile(resolve(folder.path, path), folder.file(`films/shown-${name}`))
  const data = `table({ csv: 'films/films.csv', images: 'films', image: 'file', patient: 'person', findings: ['Pneumonia'], sex: 'sex', age: 'age', view: 'view' })`
  const config = tinyConfig.replace('phantoms(', 'table(').replace(/table\(\{.*\}\)/, data)
  await commit(config.replace('{ defineConfig, phantoms,', '{ defineConfig, table,'))
  await folder.succeeds('evaluate')
  const { verdict: found } = await verdict('--out', 'other')
  const { films, patients } = found.data!.diff!
  assert.equal(films.before - films.removed + films.added, films.after)
  assert.deepEqual([patients.before, patients.removed], [60, 60], 'patients have other names now')
  assert.ok(found.testing!.leftOut.films > 0, 'films are known by their bytes, whatever they are called')
  for (const name of ['verdict.md', 'verdict.html', 'verdict.json']) {
    const text = await readFile(folder.file(`other/${name}`), 'utf8')
    assert.doesNotMatch(text, /Person-|-Doe|shown-|\.png/, name)
    for (const { digest } of rows) assert.ok(!text.includes(digest), `${name} holds the digest of a film`)
    assert.ok(!text.includes(folder.path), `${name} holds a path`)
    assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//, name)
  }
  const png = await readFile(folder.file('other/verdict.png'))
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')])
})

test('a verdict is published where that is asked for, also when a gate says no, and a place that is none is told before the work', async () => {
  await commit(withQuality('{ auroc: { atLeast: 0.999 } }'))
  const { code, out } = await folder.chestnut('report', '--out', 'other', '--publish', 'file')
  assert.equal(code, 3)
  assert.match(out, /^file: made, .*posted\/verdict\.md$/m)
  const posted = await readFile(folder.file('other/posted/verdict.md'), 'utf8')
  assert.equal(posted.trimEnd(), (await readFile(folder.file('other/verdict.md'), 'utf8')).trimEnd())
  const wrong = await folder.chestnut('report', '--publish', 'githb')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /perhaps "github"/)
})

test('a training that failed is told with what is known, and nothing is trained again', async () => {
  await commit(tinyConfig.replace('epochs: 3', "epochs: 3, rate: { kind: 'constant', rate: 1e30 }"))
  assert.equal((await folder.chestnut('train')).code, 1)
  const { verdict: found, code } = await verdict()
  assert.equal(code, 3)
  assert.equal(found.failure?.status, 'failed')
  assert.ok(found.failure.seconds !== undefined && found.failure.seconds > 0)
  assert.deepEqual([outcomeOf(found, 'model'), outcomeOf(found, 'machines')], ['fail', 'pass'])
  assert.deepEqual(found.findings, [])
})

test('a base that nobody knows is refused with what to do, and a commit without a run is no failure', async () => {
  const { code, err } = await folder.chestnut('report', '--base', 'feature/none')
  assert.equal(code, 2)
  assert.match(err, /it is no published model, nor a commit that this checkout knows/)
  git('checkout', '--quiet', '--orphan', 'empty')
  await commit(withQuality('{ drop: { auroc: 0.5 } }'))
  const alone = await verdict('--base', 'empty')
  assert.equal(alone.code, 0)
  assert.equal(outcomeOf(alone.verdict, 'drop.auroc'), 'unknown')
  assert.equal(alone.verdict.passed, null)
  assert.ok(alone.verdict.base.kind === 'none')
  assert.match(alone.verdict.base.why, /No model of "empty"/)

  // Nothing runs for it, since an earlier commit had the same settings: still it is this commit that was judged.
  await folder.succeeds('evaluate')
  const { base } = (await verdict('--base', 'empty')).verdict
  assert.ok(base.kind === 'model' && base.isSame)
  assert.equal(base.commit, git('rev-parse', 'empty'))
})

test('a split by image leaks, and the gate says so', async () => {
  await commit(tinyConfig.replace('train:', "split: { by: 'image' },\n  train:"))
  await folder.succeeds('evaluate')
  const { verdict: found, code } = await verdict()
  assert.equal(code, 3)
  assert.equal(outcomeOf(found, 'leaks'), 'fail')
  assert.ok(found.data!.leaks.patients > 0 && found.data!.leaks.rate > 0)
})
