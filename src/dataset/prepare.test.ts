import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { packageRoot, sha256 } from '../core/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import type { Collection } from './collection.ts'
import { datasetDigest, readManifest } from './manifest.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

const fixtures = join(packageRoot(), 'src', 'dataset', 'fixtures', 'guide')
const header2017 =
  'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],'
const header2020 = header2017.slice(0, -1)

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-prepare-'))
})
after(() => rm(folder, { recursive: true }))

/** A collection of films that need not exist: only their names and paths matter here. */
function collection(table: string, names: readonly string[], images = '/films'): Collection {
  const films = names.map(name => ({ name, path: `${images}/${name}`, size: 1, mtime: 0, inode: 0 }))
  return { kind: 'nih', table, films, digest: '', warnings: [] }
}

function prepared(films: Collection, options: Partial<PrepareOptions> = {}): Promise<Prepared> {
  const digests = new Map(films.films.map(film => [film.name, sha256(film.name)]))
  return prepare(films, { targets: ['Pneumonia'], split: defaultSplit, digests, ...options })
}

let tables = 0
async function table(text: string): Promise<string> {
  const path = join(folder, `table-${++tables}.csv`)
  await writeFile(path, text)
  return path
}

/** `count` patients with a film each, every second one with pneumonia. */
function rows(count: number, change: (row: string, i: number) => string = row => row): string[] {
  return Array.from({ length: count }, (_, i) => {
    const labels = i % 2 === 0 ? 'Pneumonia' : i % 4 === 1 ? 'No Finding' : 'Mass'
    return change(`${name(i)},${labels},0,${i + 1},50,F,PA,2992,2991,0.143,0.143,`, i)
  })
}

function name(i: number): string {
  return `${String(i + 1).padStart(8, '0')}_000.png`
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => name(i))

test('lines are the bytes that pandas wrote in the guide’s preparation', async () => {
  const path = join(fixtures, 'Data_Entry_2017.csv')
  const present = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => line.split(',')[0]!)
    .filter((_, i) => i % 5 !== 0)
  const films = collection(path, present, '/films, all/"chest"/images_001')
  const { training, validation, testing } = await prepared(films, { split: { ...defaultSplit, balance: false } })
  const ours = new Set([training, validation, testing].flatMap(csv => csv.split('\n')))
  for (const file of ['training_set.csv', 'testing_set.csv']) {
    const theirs = (await readFile(join(fixtures, file), 'utf8')).split('\n')
    assert.deepEqual(
      theirs.filter(line => !ours.has(line)),
      [],
    )
    assert.equal(training.split('\n')[0], theirs[0])
  }
  assert.ok(training.endsWith('.png"\n'))
})

test('both versions of the table, and one with other line ends, give the same', async () => {
  const lines = rows(40)
  const texts = [
    `${[header2017, ...lines].join('\n')}\n`,
    `${[header2020, ...lines.map(line => line.slice(0, -1))].join('\n')}\n`,
    `\uFEFF${[header2017, ...lines].join('\r\n')}\r\n`,
    [header2017, ...lines].join('\n'),
  ]
  const results: Prepared[] = []
  for (const text of texts) results.push(await prepared(collection(await table(text), names(40))))
  for (const result of results) assert.deepEqual(result, results[0])
})

test('the same inputs give the same bytes, and the manifest gives the rows back', async () => {
  const films = collection(await table(`${header2017}\n${rows(60).join('\n')}\n`), names(50))
  const [first, second] = [await prepared(films), await prepared(films)]
  assert.deepEqual(first, second)
  const found = readManifest(first.manifest)
  assert.deepEqual(
    found.map(row => row.row),
    Array.from({ length: 50 }, (_, i) => i),
  )
  assert.deepEqual(found[0], {
    row: 0,
    name: name(0),
    path: `/films/${name(0)}`,
    patient: '1',
    followUp: 0,
    age: 50,
    sex: 'F',
    view: 'PA',
    width: 2992,
    height: 2991,
    spacing: [0.143, 0.143],
    labels: { Mass: 0, 'No Finding': 0, Pneumonia: 1 },
    split: found[0]?.split,
    digest: sha256(name(0)),
  })
  const [columns, line] = first.manifest.split('\n')
  const byName = Object.fromEntries(columns!.split(',').map((column, i) => [column, line!.split(',')[i]]))
  assert.deepEqual(
    [byName['path'], byName['view'], byName['width'], byName['spacing_y'], byName['digest']],
    [`/films/${name(0)}`, 'PA', '2992', '0.143', sha256(name(0))],
  )
  const { counts } = first
  assert.equal(counts.train.films + counts.validation.films + counts.test.films + counts.unused.films, 50)
  assert.equal(found.filter(row => row.split === 'test').length, counts.test.films)
  assert.equal(first.testing.split('\n').length, counts.test.films + 2)
})

test('the digest of a data set does not change with the place of its films, but with a label', async () => {
  const text = `${header2017}\n${rows(40).join('\n')}\n`
  const digest = async (text: string, images: string): Promise<string> =>
    datasetDigest(readManifest((await prepared(collection(await table(text), names(40), images))).manifest))
  assert.equal(await digest(text, '/a'), await digest(text, '/b'))
  assert.notEqual(await digest(text, '/a'), await digest(text.replace('Mass', 'Hernia'), '/a'))
})

test('a finding is a whole token, not a part of one', async () => {
  const lines = rows(40, (row, i) => (i % 4 === 3 ? row.replace('Mass', 'Pneumonia-like') : row))
  const result = await prepared(collection(await table(`${header2017}\n${lines.join('\n')}\n`), names(40)))
  assert.deepEqual(result.findings, { 'No Finding': 10, Pneumonia: 20, 'Pneumonia-like': 10 })
})

test('against No Finding, films with other diseases are unused', async () => {
  const films = collection(await table(`${header2017}\n${rows(80).join('\n')}\n`), names(80))
  const result = await prepared(films, { negatives: 'No Finding', split: { ...defaultSplit, balance: false } })
  for (const row of readManifest(result.manifest)) assert.equal(row.split === 'unused', row.labels['Mass'] === 1)
})

test('the case of a target does not matter, and an unknown one is answered with the nearest', async () => {
  const films = collection(await table(`${header2017}\n${rows(40).join('\n')}\n`), names(40))
  assert.deepEqual((await prepared(films, { targets: ['pneumonia'] })).targets, ['Pneumonia'])
  await assert.rejects(
    prepared(films, { targets: ['Pnuemonia'] }),
    /no film has this finding, did you mean "Pneumonia"\?/,
  )
})

test('absurd ages, other spellings of ages and cells without sense become empty or years', async () => {
  const lines = rows(40, (row, i) => {
    const age = ['411', '060Y', 'old', '-1'][i] ?? '50'
    return row.replace(
      ',50,F,PA,2992',
      `,${age},${i === 4 ? 'X' : 'f'},${i === 5 ? 'LL' : 'pa'},${i === 6 ? '?' : '2992'}`,
    )
  })
  const result = await prepared(collection(await table(`${header2017}\n${lines.join('\n')}\n`), names(40)))
  const found = readManifest(result.manifest)
  assert.deepEqual(
    found.slice(0, 5).map(row => row.age),
    [null, 60, null, null, 50],
  )
  assert.deepEqual([found[4]?.sex, found[5]?.sex, found[5]?.view, found[6]?.view], [null, 'F', null, 'PA'])
  assert.equal(found[6]?.width, null)
  assert.match(result.warnings.join('\n'), /an age that nobody has \(above 120 years\), which was left empty: 2/)
})

test('a name that tells another patient than the table is counted, and repeated rows are left out', async () => {
  const lines = rows(40, (row, i) => (i === 3 ? row.replace(',0,4,', ',0,39,') : row))
  const films = collection(await table(`${header2017}\n${[...lines, lines[0]].join('\n')}\n`), names(40))
  const result = await prepared(films)
  assert.deepEqual(result.warnings, [
    'Films with another patient in their name than in the table, which counts: 1',
    'Rows that repeat a film, which were left out: 1',
  ])
  assert.equal(readManifest(result.manifest).length, 40)
})

test('a table that is empty, of another form, damaged or of other films is refused with a sentence', async () => {
  const refused = async (text: string, message: RegExp): Promise<void> => {
    await assert.rejects(prepared(collection(await table(text), names(40))), message)
  }
  await refused('', /it is empty/)
  await refused(`${header2017}\n`, /it has a header and no rows/)
  await refused(
    `${header2017.replace('Patient ID,', '')}\n${rows(40).join('\n')}\n`,
    /column 4 is "Patient Age", "Patient ID" was wanted there, which no column is/,
  )
  await refused(
    `${header2017.replace('Patient ID,Patient Age', 'Patient Age,Patient ID')}\n`,
    /column 4 is "Patient Age", "Patient ID" was wanted there, which is column 5/,
  )
  await refused(`${header2017}more,and,more\n`, /it has 14 columns, 11 or 12 were wanted/)
  await refused(
    `${header2017}\n${rows(40).join('\n')}\n00000099_000.png,Mass\n`,
    /line 42 is not like the others: it has 2 columns, 12 were wanted/,
  )
  await refused(`${header2017}\n00000099_000.png,Mass,0,99,50,F,PA,1,1,1,1,\n`, /none of the 40 found has a row/)
  await assert.rejects(prepared(collection(join(folder, 'none.csv'), names(1))), /there is no such file/)
  const cut = join(folder, 'cut.csv.gz')
  await writeFile(cut, 'no gzip at all')
  await assert.rejects(prepared(collection(cut, names(1))), /it is no gzip file/)
})

test('a compressed table is read, and one that was cut is refused', async () => {
  const whole = gzipSync(`${header2017}\n${rows(4000).join('\n')}\n`)
  const path = join(folder, "it's.csv.gz")
  await writeFile(path, whole)
  assert.equal(readManifest((await prepared(collection(path, names(40)))).manifest).length, 40)
  await writeFile(path, whole.subarray(0, whole.length / 2))
  await assert.rejects(
    prepared(collection(path, names(40))),
    /Cannot read the table ".*": line \d+ is not like the others/,
  )
})

test('a film without a digest is a defect', async () => {
  const films = collection(await table(`${header2017}\n${rows(40).join('\n')}\n`), names(40))
  await assert.rejects(prepared(films, { digests: new Map() }), RangeError)
})

test('without a manifest all else is the same, and no digests are needed', async () => {
  const films = collection(await table(`${header2017}\n${rows(40).join('\n')}\n`), names(40))
  const plain = await prepared(films, { digests: new Map(), manifest: false })
  assert.deepEqual(plain, { ...(await prepared(films)), manifest: '' })
})

test('an error about a damaged table shows no line of it', async () => {
  const text = `${header2017}\n${rows(4).join('\n')}\n00000099_000.png,Mass\n`
  await assert.rejects(prepared(collection(await table(text), names(4))), (error: Error) => {
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /00000099/)
    return true
  })
})

const nih = join('nih-cxr14', 'Data_Entry_2017_v2020.csv.gz')

test('the whole NIH table has the published counts', { skip: needData(nih) }, async () => {
  const path = sharedData(nih)
  const all = gunzipSync(await readFile(path))
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
  const result = await prepared(
    collection(
      path,
      all.map(line => line.slice(0, line.indexOf(','))),
    ),
  )
  assert.deepEqual(result.findings, published)
  assert.deepEqual(result.warnings, [])
  const found = readManifest(result.manifest)
  assert.equal(new Set(found.map(row => row.patient)).size, 30_805)
  assert.deepEqual(
    found.map(row => row.row),
    Array.from({ length: 112_120 }, (_, i) => i),
  )
  const patients = (split: string): Set<string> =>
    new Set(found.filter(row => row.split === split).map(row => row.patient))
  const [training, testing, validation] = [patients('train'), patients('test'), patients('validation')]
  assert.ok([...testing].every(patient => !training.has(patient) && !validation.has(patient)))
  assert.ok([...validation].every(patient => !training.has(patient)))
  const { train, test, validation: held } = result.counts
  assert.deepEqual([train.films, train.labels['Pneumonia']?.positives], [2004, 1002])
  assert.deepEqual([test.films, test.labels['Pneumonia']?.positives], [22_424, 286])
  assert.deepEqual([held.films, held.labels['Pneumonia']?.positives], [11_212, 143])
})

/** facts of the published table: images with each finding. */
const published = {
  Atelectasis: 11_559,
  Cardiomegaly: 2776,
  Consolidation: 4667,
  Edema: 2303,
  Effusion: 13_317,
  Emphysema: 2516,
  Fibrosis: 1686,
  Hernia: 227,
  Infiltration: 19_894,
  Mass: 5782,
  'No Finding': 60_361,
  Nodule: 6331,
  Pleural_Thickening: 3385,
  Pneumonia: 1431,
  Pneumothorax: 5302,
}
