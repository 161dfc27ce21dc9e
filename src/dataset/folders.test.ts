import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Misuse } from '../core/index.ts'
import type { Collection } from './collection.ts'
import type { FolderSpec } from './data-spec.ts'
import { fetchData } from './fetch.ts'
import type { FilmRow } from './film-row.ts'
import { readManifest } from './manifest.ts'
import { prepare } from './prepare.ts'
import { defaultSplit } from './split-spec.ts'

let root = ''
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'chestnut-folders-'))
})
after(() => rm(root, { recursive: true }))

async function files(paths: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(root, 'films-'))
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), path)
  }
  return folder
}

async function fetched(paths: readonly string[], spec: Partial<FolderSpec> = {}): Promise<Collection> {
  return fetchData({ kind: 'folders', path: await files(paths), ...spec }, { folder: join(root, 'out'), base: '/' })
}

async function rowsOf(collection: Collection): Promise<readonly FilmRow[]> {
  const digests = new Map(collection.films.map(film => [film.name, '0'.repeat(64)]))
  const split = { ...defaultSplit, test: 0.3, validation: 0 }
  return readManifest((await prepare(collection, { targets: ['pneumonia'], split, digests })).manifest)
}

test('the folder is the class, above it the patients of train and test are told apart', async () => {
  const collection = await fetched([
    'train/NORMAL/IM-0115-0001.jpeg',
    'train/NORMAL/IM-0117-0001.jpeg',
    'train/PNEUMONIA/person1_bacteria_1.jpeg',
    'train/PNEUMONIA/person1_virus_2.jpeg',
    'test/PNEUMONIA/person1_virus_6.jpeg',
    'test/NORMAL/NORMAL2-IM-0012-0001.jpeg',
  ])
  assert.deepEqual(collection.warnings, [])
  const rows = await rowsOf(collection)
  assert.deepEqual(
    rows.map(row => [row.name, row.patient, row.labels['PNEUMONIA'], row.labels['No Finding']]),
    [
      ['test/NORMAL/NORMAL2-IM-0012-0001.jpeg', 'test/IM-0012', 0, 1],
      ['test/PNEUMONIA/person1_virus_6.jpeg', 'test/person1', 1, 0],
      ['train/NORMAL/IM-0115-0001.jpeg', 'train/IM-0115', 0, 1],
      ['train/NORMAL/IM-0117-0001.jpeg', 'train/IM-0117', 0, 1],
      ['train/PNEUMONIA/person1_bacteria_1.jpeg', 'train/person1', 1, 0],
      ['train/PNEUMONIA/person1_virus_2.jpeg', 'train/person1', 1, 0],
    ],
  )
})

test('without a rule each film is a patient of its own, and a warning says so', async () => {
  const collection = await fetched(['NORMAL/a.png', 'NORMAL/b.png', 'PNEUMONIA/a.png', 'PNEUMONIA/b.png'])
  assert.match(collection.warnings.join(), /do not tell their patient and count as a patient each: 4/)
  assert.equal(new Set((await rowsOf(collection)).map(row => row.patient)).size, 4)
})

test('an expression finds the patient by its first group', async () => {
  const paths = ['NORMAL/p1-a.png', 'NORMAL/p1-b.png', 'NORMAL/p2,x-a.png', 'PNEUMONIA/p3-a.png', 'PNEUMONIA/p4-a.png']
  const collection = await fetched(paths, { patient: '/(p[^-]+)-' })
  assert.deepEqual(collection.warnings, [])
  assert.deepEqual(
    (await rowsOf(collection)).map(row => row.patient),
    ['p1', 'p1', 'p2,x', 'p3', 'p4'],
  )
  await assert.rejects(fetched(paths, { patient: '(' }), Misuse)
})

test('no films, films without a folder and a folder that is not there are refused', async () => {
  await assert.rejects(fetched(['NORMAL/readme.txt']), /there is no PNG or JPEG file anywhere below it/)
  await assert.rejects(fetched(['a.png', 'NORMAL/b.png']), /they lie in no folder of their own/)
  await assert.rejects(
    fetchData({ kind: 'folders', path: 'nowhere' }, { folder: root, base: root }),
    /Cannot look for films in ".*nowhere": there is no such folder/,
  )
})

const header =
  'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]'

async function nih(paths: readonly string[], images = '.'): Promise<Collection> {
  const folder = await files(paths.filter(path => !path.endsWith('.csv')))
  for (const path of paths.filter(path => path.endsWith('.csv'))) await writeFile(join(folder, path), `${header}\n`)
  return fetchData({ kind: 'nih', images }, { folder: root, base: folder })
}

test('images are found anywhere below a folder, and junk is no film', async () => {
  const collection = await nih([
    'Data_Entry_2017_v2020.csv',
    'images/deep/er/00000002_000.png',
    'images/00000001_000.PNG',
    'images/00000003_000.jpeg',
    '__MACOSX/images/00000009_000.png',
    'images/._00000001_000.png',
    'images/.DS_Store',
    'images/Thumbs.db',
    'images/readme.txt',
  ])
  assert.deepEqual(
    collection.films.map(film => film.name),
    ['00000001_000.PNG', '00000002_000.png', '00000003_000.jpeg'],
  )
})

test('the table is found one folder above the images too', async () => {
  const collection = await nih(['Data_Entry_2017.csv', 'images/00000001_000.png'], 'images')
  assert.match(collection.table, /Data_Entry_2017\.csv$/)
})

test('two films of one name are counted, and the first path is taken', async () => {
  const collection = await nih(['Data_Entry_2017.csv', 'b/00000001_000.png', 'a/00000001_000.png'])
  assert.equal(collection.films.length, 1)
  assert.match(collection.films[0]!.path, /a\/00000001_000\.png$/)
  assert.match(collection.warnings.join(), /Films with the name of another one, which were left out: 1/)
})

test('no table, two tables, no images are refused', async () => {
  await assert.rejects(nih(['a/00000001_000.png'], 'a'), /no Data_Entry_2017\*\.csv among them/)
  await assert.rejects(nih(['a.png', 'Data_Entry_2017.csv', 'Data_Entry_2017_v2020.csv']), /there are 2 of them/)
  await assert.rejects(nih(['Data_Entry_2017.csv']), /there is no PNG or JPEG file/)
})

test('links to films and folders are followed, in circles only once', async () => {
  const far = await files(['00000001_000.png', 'more/00000002_000.png'])
  const folder = await files(['Data_Entry_2017.csv'])
  await symlink(join(far, '00000001_000.png'), join(folder, '00000001_000.png'))
  await symlink(join(far, 'more'), join(folder, 'more'))
  await symlink(folder, join(folder, 'more', 'back'))
  await symlink(join(folder, 'nothing'), join(folder, '00000005_000.png'))
  const collection = await fetchData({ kind: 'nih', images: folder }, { folder: root, base: '/' })
  assert.equal(collection.films.length, 2)
})

test('the digest of a collection is that of the table, names and sizes, not of the place', async () => {
  const paths = ['Data_Entry_2017.csv', 'a/00000001_000.png']
  assert.equal((await nih(paths)).digest, (await nih(paths)).digest)
  assert.notEqual((await nih(paths)).digest, (await nih([...paths, 'a/00000002_000.png'])).digest)
})

test('a folder that a killed process left half-filled is removed by the next one', async () => {
  const { wholeFolder } = await import('./whole-folder.ts')
  const path = join(await mkdtemp(join(root, 'whole-')), 'made')
  await mkdir(`${path}.4194300-1.part`)
  await assert.rejects(
    wholeFolder(path, async folder => {
      await writeFile(join(folder, 'half'), '')
      throw new Error('stopped')
    }),
    /stopped/,
  )
  assert.deepEqual(await readdir(dirname(path)), [])
  await Promise.all([1, 2].map(i => wholeFolder(path, folder => writeFile(join(folder, 'whole'), `${i}`))))
  assert.deepEqual(await readdir(dirname(path)), ['made'])
})
