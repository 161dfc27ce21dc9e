import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Interrupted, sha256 } from '../core/index.ts'
import { findings, phantomCohort } from '../imaging/index.ts'
import type { PhantomSpec } from './data-spec.ts'
import { fetchData } from './fetch.ts'
import { readManifest } from './manifest.ts'
import { prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-phantoms-'))
})
after(() => rm(folder, { recursive: true }))

const spec = { kind: 'phantoms', patients: 12, size: 64, seed: 3 } as const

test('phantoms are drawn once, into a folder named after their specification, and prepared like films', async () => {
  const collection = await fetchData(spec, { folder, base: '/' })
  assert.deepEqual(collection.warnings, [])
  assert.deepEqual(await fetchData(spec, { folder, base: '/' }), collection)
  const home = dirname(collection.table)
  assert.deepEqual((await readdir(home)).sort(), ['BBox_List_2017.csv', 'Data_Entry_2017.csv', 'images'])
  assert.equal((await readdir(folder)).length, 1)
  await fetchData({ ...spec, seed: 4 }, { folder, base: '/' })
  assert.equal((await readdir(folder)).length, 2)

  const digests = new Map<string, string>()
  for (const film of collection.films) digests.set(film.name, sha256(await readFile(film.path)))
  const split = { ...defaultSplit, validation: 0 }
  const prepared = await prepare(collection, { targets: ['Pneumonia'], split, digests })
  assert.deepEqual(prepared.warnings, [])
  const rows = readManifest(prepared.manifest)
  assert.equal(rows.length, collection.films.length)
  assert.equal(new Set(rows.map(row => row.patient)).size, 12)
  assert.ok(rows.every(row => row.age !== null && row.sex !== null && row.view !== null && row.width === 64))
})

test('the same specification draws the same bytes', async () => {
  const digests: string[] = []
  for (const place of ['a', 'b']) {
    const collection = await fetchData({ ...spec, patients: 2 }, { folder: join(folder, place), base: '/' })
    const files = [collection.table, ...collection.films.map(film => film.path)]
    digests.push(sha256((await Promise.all(files.map(async path => sha256(await readFile(path))))).join()))
  }
  assert.equal(digests[0], digests[1])
})

test('an interrupted drawing leaves nothing behind', async () => {
  const home = join(folder, 'interrupted')
  const stop = new AbortController()
  const progress = (): void => stop.abort(new Interrupted())
  await assert.rejects(fetchData(spec, { folder: home, base: '/', progress, signal: stop.signal }), Interrupted)
  assert.deepEqual(await readdir(home), [])
})

const all = {
  kind: 'phantoms',
  patients: 60,
  size: 64,
  seed: 2,
  findings: 'all',
  unlabelled: 0.2,
  uncertain: 0.1,
} as const

test('phantoms of all findings come with labels of which some are missing and some uncertain, as the seed has it', async () => {
  const home = join(folder, 'all')
  const collection = await fetchData(all, { folder: home, base: '/' })
  assert.deepEqual(await fetchData(all, { folder: home, base: '/' }), collection)
  assert.deepEqual([collection.kind, collection.warnings], ['phantoms', []])
  const digests = new Map(collection.films.map(({ name }) => [name, name]))
  const split = { ...defaultSplit, balance: false }
  const { targets, counts, manifest } = await prepare(collection, { targets: 'all', split, digests })
  assert.deepEqual(targets, findings)
  const rows = readManifest(manifest)
  const labels = rows.length * findings.length
  const missing = rows.flatMap(row => findings.filter(finding => row.labels[finding] === null)).length
  const unsure = rows.flatMap(row => row.uncertain ?? []).length
  assert.ok(Math.abs(missing / labels - 0.3) < 0.04, `${missing} of ${labels} labels are missing`)
  assert.ok(Math.abs(unsure / labels - 0.1) < 0.03, `${unsure} of ${labels} labels are uncertain`)
  const { positives, negatives, uncertain, unlabelled } = counts.train.labels['Edema']!
  assert.equal(positives + negatives + uncertain + unlabelled, counts.train.films)
  const truth = [...phantomCohort({ ...all, findings })]
  for (const [i, row] of rows.entries()) {
    assert.equal(row.name, `images/${truth[i]!.name}`)
    for (const finding of findings) {
      const label = row.labels[finding]
      if (label !== null) assert.equal(label === 1, truth[i]!.findings.includes(finding))
    }
  }
})

test('phantoms of some findings show those and no other', async () => {
  const spec = { kind: 'phantoms', patients: 30, size: 64, findings: ['Mass', 'Edema'] } as const
  const collection = await fetchData(spec, { folder, base: '/' })
  assert.deepEqual(collection.findings, ['Edema', 'Mass', 'No Finding'])
  const boxes = (await readFile(join(dirname(dirname(collection.films[0]!.path)), 'BBox_List_2017.csv'), 'utf8')).trim()
  assert.deepEqual(
    new Set(
      boxes
        .split('\n')
        .slice(1)
        .map(line => line.split(',')[1]),
    ),
    new Set(['Edema', 'Mass']),
  )
})

test('labels are left out where findings are named, and a finding that is none is answered with the nearest', async () => {
  const refused = (spec: Partial<PhantomSpec>, message: RegExp): Promise<void> =>
    assert.rejects(fetchData({ ...spec, kind: 'phantoms' }, { folder, base: '/' }), message)
  await refused({ unlabelled: 0.1 }, /"unlabelled" and "uncertain" go with "findings"/)
  await refused({ findings: 'all', unlabelled: 0.6, uncertain: 0.5 }, /are 1\.1 together, less than 1 is wanted/)
  await refused({ findings: ['Oedema' as 'Edema'] }, /Cannot draw "Oedema" on phantoms, did you mean "Edema"\?/)
  await refused({ findings: 'all', shortcut: 'marker' }, /a "shortcut" goes with pneumonia alone/)
})
