import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Misuse, Problem } from '../core/index.ts'
import type { Collection } from './collection.ts'
import type { DataSpec, TableSpec } from './data-spec.ts'
import { fetchData } from './fetch.ts'
import { type FilmRow, withUncertain } from './film-row.ts'
import { loadDuckDb } from './load-duckdb.ts'
import { readManifest } from './manifest.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

let root = ''
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'chestnut-table-'))
})
after(() => rm(root, { recursive: true }))

const header = 'File,Patient,Sex,Age,View,Study,Edema,Mass'

/** A folder with a table, and a film for each line but the header, called by its first cell. */
async function group(lines: readonly string[], names = namesIn(lines), table = 'labels.csv'): Promise<string> {
  const folder = await mkdtemp(join(root, 'group-'))
  for (const name of names) {
    await mkdir(dirname(join(folder, 'films', name)), { recursive: true })
    await writeFile(join(folder, 'films', name), name)
  }
  const text = `${lines.join('\n')}\n`
  await writeFile(join(folder, table), table.endsWith('.gz') ? gzipSync(text) : text)
  return folder
}

function namesIn(lines: readonly string[]): string[] {
  return lines.slice(1).map(line => line.split(/[,;]/)[0]!)
}

/** 40 patients with a film each, every label taken in turn. */
function lines(labels: readonly string[] = ['1,0', '0,1', '-1,', ',-1', '1,1', '0,0']): string[] {
  const films = Array.from(
    { length: 40 },
    (_, i) => `a${i}.png,P${i},F,${20 + i},PA,${i % 3},${labels[i % labels.length]}`,
  )
  return [header, ...films]
}

const columns = {
  kind: 'table',
  csv: 'labels.csv',
  images: 'films',
  image: 'File',
  patient: 'Patient',
  findings: ['Edema', 'Mass'],
  view: 'View',
  sex: 'Sex',
  age: 'Age',
  study: 'Study',
} as const satisfies TableSpec

function fetched(base: string, spec: Partial<TableSpec> = {}, maxBad?: number): Promise<Collection> {
  return fetchData(
    { ...columns, ...spec },
    { folder: join(base, 'state'), base, ...(maxBad !== undefined && { maxBad }) },
  )
}

function prepared(collection: Collection, options: Partial<PrepareOptions> = {}): Promise<Prepared> {
  const digests = new Map(collection.films.map(({ name }) => [name, name]))
  return prepare(collection, { targets: 'all', split: { ...defaultSplit, balance: false }, digests, ...options })
}

async function rowsOf(collection: Collection, options: Partial<PrepareOptions> = {}): Promise<readonly FilmRow[]> {
  return readManifest((await prepared(collection, options)).manifest)
}

test('a row is read with its patient, its facts and its four kinds of labels', async () => {
  const collection = await fetched(await group(lines()))
  assert.deepEqual([collection.kind, collection.findings, collection.warnings], ['table', ['Edema', 'Mass'], []])
  const rows = await rowsOf(collection)
  const { path: _path, split: _split, ...facts } = rows[2]!
  assert.deepEqual(facts, {
    row: 2,
    name: 'a2.png',
    patient: 'P2',
    followUp: 2,
    age: 22,
    sex: 'F',
    view: 'PA',
    width: null,
    height: null,
    spacing: null,
    labels: { Edema: null, Mass: null },
    uncertain: ['Edema'],
    digest: 'a2.png',
  })
  assert.deepEqual(
    rows.slice(0, 6).map(({ labels }) => [labels['Edema'], labels['Mass']]),
    [
      [1, 0],
      [0, 1],
      [null, null],
      [null, null],
      [1, 1],
      [0, 0],
    ],
  )
})

test('what training makes of uncertain labels is a policy; films that judge ignore it', async () => {
  const collection = await fetched(await group(lines()))
  for (const [uncertain, label] of [
    ['ignore', null],
    ['zero', 0],
    ['one', 1],
  ] as const) {
    const result = await prepared(collection, { uncertain })
    const rows = readManifest(result.manifest)
    const unsure = rows.filter(row => row.uncertain?.includes('Edema'))
    assert.equal(unsure.length, 7)
    for (const row of unsure) assert.equal(row.labels['Edema'], row.split === 'train' ? label : null)
    for (const row of unsure) assert.equal(withUncertain(row, 'ignore').labels['Edema'], null)
    const { train, test: held, validation, unused } = result.counts
    const uncertainFilms = [train, held, validation, unused].map(({ labels }) => labels['Edema']!.uncertain)
    assert.equal(
      uncertainFilms.reduce((sum, count) => sum + count),
      7,
    )
    assert.equal(
      train.labels['Edema']!.positives,
      rows.filter(row => row.split === 'train' && row.labels['Edema'] === 1).length,
    )
    const line = result.training.split('\n').find(text => text.includes(`${unsure[0]!.name},`)) ?? ''
    assert.equal(line.split(',')[6] ?? '', unsure[0]!.split === 'train' && label !== null ? String(label) : '')
  }
})

test('a film without a label of the target takes no part, and of several targets one label is enough', async () => {
  const collection = await fetched(await group(lines()))
  const one = await rowsOf(collection, { targets: ['mass'] })
  for (const row of one) assert.equal(row.split === 'unused', row.labels['Mass'] === null)
  const both = await rowsOf(collection)
  for (const row of both)
    assert.equal(
      row.split === 'unused',
      Object.values(row.labels).every(label => label === null),
    )
})

test('the parts do not depend on the order of the table', async () => {
  const table = lines()
  const first = await rowsOf(await fetched(await group(table)))
  const turned = await rowsOf(await fetched(await group([table[0]!, ...table.slice(1).toReversed()])))
  const parts = (rows: readonly FilmRow[]): unknown[] => rows.map(({ name, split }) => `${name} ${split}`).sort()
  assert.deepEqual(parts(turned), parts(first))
})

test('other signs between cells, other line ends, a byte order mark and a compressed table give the same', async () => {
  const wanted = await rowsOf(await fetched(await group(lines())))
  const same = async (folder: string, spec: Partial<TableSpec> = {}): Promise<void> => {
    const rows = await rowsOf(await fetched(folder, spec))
    assert.deepEqual(
      rows.map(({ path: _path, ...row }) => row),
      wanted.map(({ path: _path, ...row }) => row),
    )
  }
  await same(await group(lines().map(line => line.replaceAll(',', ';'))))
  await same(
    await group(
      lines().map(line => line.replaceAll(',', '\t')),
      namesIn(lines()),
    ),
  )
  await same(
    await group(
      lines().map((line, i) => `${i === 0 ? '\uFEFF' : ''}${line}\r`),
      namesIn(lines()),
    ),
  )
  await same(await group(lines(), undefined, 'labels.csv.gz'), { csv: 'labels.csv.gz' })
  await same(await group(lines(['1.0,0.0', '0,1', '-1.0, ', ',-1', ' 1 ,1', '0,0'])))
})

test('a Parquet file gives the same as its CSV file', async () => {
  const folder = await group(lines())
  const database = await loadDuckDb().DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  await connection.run(
    `COPY (SELECT * FROM read_csv('${join(folder, 'labels.csv')}', types = {'Sex': 'VARCHAR'})) TO '${join(folder, 'labels.parquet')}' (FORMAT parquet)`,
  )
  database.closeSync()
  assert.deepEqual(await rowsOf(await fetched(folder, { csv: 'labels.parquet' })), await rowsOf(await fetched(folder)))
})

test('labels may be words, and an empty cell may be a no', async () => {
  const words = { yes: ['Present'], no: ['absent', ''], uncertain: ['maybe'] }
  const folder = await group(lines(['present,ABSENT', ',Present', 'maybe,', 'absent,maybe']))
  const rows = await rowsOf(await fetched(folder, { values: words }))
  assert.deepEqual(
    rows.slice(0, 4).map(({ labels, uncertain }) => [labels['Edema'], labels['Mass'], uncertain]),
    [
      [1, 0, undefined],
      [0, 1, undefined],
      [null, 0, ['Edema']],
      [0, null, ['Mass']],
    ],
  )
})

test('films are found by their path with or without leading folders, and by their name alone', async () => {
  const paths = lines().map(line => line.replace(/^a(\d+)\.png/, (_, i) => `set/part${Number(i) % 2}/a${i}.png`))
  const below = paths.map(line => line.replace(/^set\//, ''))
  const wanted = namesIn(below)
  for (const table of [below, paths, lines(), paths.map(line => line.replaceAll('/', '\\'))]) {
    const collection = await fetched(await group(table, wanted))
    assert.deepEqual(collection.films.map(({ name }) => name).sort(), [...wanted].sort())
    assert.equal((await rowsOf(collection))[7]!.name, 'part1/a7.png')
  }
})

test('a patient may stand in the path, and rows may be passed over without changing the numbers of the others', async () => {
  const table = lines().map((line, i) => (i % 4 === 2 ? line.replace(',PA,', ',LL,') : line))
  const folder = await group(table.map(line => line.replace(/^a(\d)(\d*)/, 'pat$1/a$1$2')))
  const { patient: _patient, ...spec } = columns
  const collection = await fetchData(
    { ...spec, patientInPath: 'pat(\\d)', only: { view: ['PA', 'ap'] } },
    { folder: join(folder, 'state'), base: folder },
  )
  const rows = await rowsOf(collection)
  assert.deepEqual(
    rows.map(({ row }) => row),
    Array.from({ length: 40 }, (_, row) => row).filter(row => (row + 1) % 4 !== 2),
  )
  assert.deepEqual([rows[10]!.name, rows[10]!.patient], ['pat1/a14.png', '1'])
})

test('a finding that no film shows is left out with a warning', async () => {
  const collection = await fetched(await group(lines(['1,0', '0,0', ',-1'])))
  assert.deepEqual(collection.findings, ['Edema'])
  assert.deepEqual(collection.warnings, ['Findings that no film shows, which were left out: Mass'])
  await assert.rejects(prepared(collection, { targets: ['Mass'] }), /Cannot predict "Mass": no film has this finding/)
})

test('a table without the names of its columns is refused without showing its first row', async () => {
  const [, ...rows] = lines()
  const folder = await group(rows)
  await assert.rejects(fetched(folder), error => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /its first line looks like a film's row/)
    assert.doesNotMatch(`${error.message} ${error.next}`.replace(folder, ''), /a\d+\.png|P\d/)
    return true
  })
})

test('a row without a file’s name has no film', async () => {
  const folder = await group([...lines(), ',P40,M,50,AP,0,1,1'], namesIn(lines()))
  await assert.rejects(fetched(folder), /1 of 41 rows name no film/)
})

test('a few missing films are counted, many are refused with the share that is allowed', async () => {
  const folder = await group(lines())
  await rm(join(folder, 'films', 'a7.png'))
  await assert.rejects(
    fetched(folder),
    /1 of 40 rows name no film that is below "films", 0 are allowed \(maxBad 0\.005\)/,
  )
  const collection = await fetched(folder, {}, 0.05)
  assert.deepEqual(collection.warnings, ['Rows of the table whose film is missing, which were left out: 1'])
  assert.equal((await rowsOf(collection)).length, 39)
  await assert.rejects(fetched(folder, { image: 'Patient' }), /none of 40 rows names a PNG or JPEG file below "films"/)
})

const refusals: readonly (readonly [
  title: string,
  change: (table: string[]) => string[],
  message: RegExp,
  Partial<TableSpec>?,
])[] = [
  ['an empty table', () => [''], /^Cannot read the table ".*": it is empty/],
  ['a workbook', () => ['PK\u0003\u0004\u0014\0\u0006\0Meier'], /^Cannot read the table ".*": it is no text/],
  ['a table without rows', () => [header], /it has a header and no rows/],
  [
    'a table without a column',
    table => table,
    /it has no column "Oedema", did you mean "Edema"\?/,
    { findings: ['Oedema'] },
  ],
  [
    'a column that is there twice',
    table => [`${header},Mass`, ...table.slice(1).map(line => `${line},1`)],
    /it has two columns "Mass"/,
  ],
  [
    'a label that cannot be understood',
    table => table.with(5, table[5]!.replace(/1,1$/, '1,Meier')),
    /line 6 has no label that is understood under "Mass"/,
  ],
  ['a film that is named twice', table => [...table, table[3]!], /line 42 names the same film as line 4/],
  ['a row without a patient', table => table.with(2, table[2]!.replace('P1', ' ')), /line 3 has no patient/],
  ['a row that is too short', table => table.with(4, 'a3.png,P3'), /line 5 is not like the others/],
  ['a finding that is named twice', table => table, /Cannot use "Mass" as a finding/, { findings: ['Mass', 'Mass'] }],
  ['a pattern that is none', table => table, /Cannot use "\(" to find patients/, { patientInPath: '(' }],
]

for (const [title, change, message, spec = {}] of refusals) {
  test(`${title} is refused with a sentence that shows nothing of a row`, async () => {
    const folder = await group(change(lines()), namesIn(lines()))
    const { patient, ...others } = { ...columns, ...spec }
    const asked = 'patientInPath' in spec ? others : { patient, ...others }
    await assert.rejects(fetchData(asked, { folder: join(folder, 'state'), base: folder }), (error: unknown) => {
      assert.ok(error instanceof Problem || error instanceof Misuse)
      assert.match(error.message, message)
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /Meier|P\d+,/)
      return true
    })
  })
}

test('a name that two films have is refused, since either could be meant', async () => {
  const folder = await group(lines(), [...namesIn(lines()).slice(1), 'x/a0.png', 'y/a0.png'])
  await assert.rejects(fetched(folder), /line 2 names a film that is there more than once/)
})

test('patients must be told in one way', async () => {
  const folder = await group(lines())
  await assert.rejects(fetched(folder, { patientInPath: 'a' }), /wanted either "patient", a column, or "patientInPath"/)
})

const chexpertHeader =
  'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices'

/** Two films for each of 30 patients, one of them lateral, below the folder that CheXpert's paths start with. */
async function chexpert(): Promise<string> {
  const folder = await mkdtemp(join(root, 'chexpert-'))
  const rows = Array.from({ length: 60 }, (_, i) => {
    const path = `CheXpert-v1.0-small/train/patient${String(i >> 1).padStart(5, '0')}/study1/view${(i % 2) + 1}.jpg`
    const view = i % 2 === 0 ? 'Frontal,AP' : 'Lateral,'
    const labels = Array.from({ length: 14 }, (_, k) => ['1.0', '0.0', '-1.0', ''][((i >> 1) + k) % 4])
    return { path, line: [path, i % 4 === 0 ? 'Male' : 'Unknown', 40 + i, view, ...labels].join(',') }
  })
  for (const { path } of rows) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), path)
  }
  const table = [chexpertHeader, ...rows.map(({ line }) => line)]
  await writeFile(join(folder, 'CheXpert-v1.0-small', 'train.csv'), `${table.join('\n')}\n`)
  return folder
}

test('CheXpert’s own folder is read: frontal films, patients from the path, empty cells without a label', async () => {
  const base = await chexpert()
  const spec = { kind: 'chexpert', folder: 'CheXpert-v1.0-small' } as const satisfies DataSpec
  const options = { folder: join(base, 'state'), base }
  const collection = await fetchData(spec, options)
  assert.deepEqual([collection.films.length, collection.findings?.length, collection.warnings], [30, 14, []])
  const result = await prepared(collection)
  assert.equal(result.targets.length, 13, 'all but "No Finding"')
  const rows = readManifest(result.manifest)
  assert.deepEqual(
    [rows[1]!.row, rows[1]!.patient, rows[1]!.sex, rows[0]!.sex, rows[1]!.view, rows[1]!.age],
    [2, 'patient00001', null, 'M', 'AP', 42],
  )
  assert.deepEqual(Object.values(rows[0]!.labels).slice(0, 4), [1, 0, null, null])
  const lateral = await fetchData({ ...spec, lateral: true }, options)
  assert.equal(lateral.films.length, 60)
  assert.equal(new Set((await rowsOf(lateral)).map(({ patient }) => patient)).size, 30)
})

test('the table that is handed on is made once for the same rows', async () => {
  const base = await group(lines())
  const [first, second] = [await fetched(base), await fetched(base)]
  assert.deepEqual(second, first)
  const text = await readFile(first.table, 'utf8')
  assert.equal(text.split('\n').length, 42)
})
