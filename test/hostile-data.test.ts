import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const header =
  'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],'

const nihConfig = `import { defineConfig, nih, vggSmall } from 'chestnut'
export default defineConfig({
  data: nih({ images: 'films', table: 'table.csv' }),
  backbone: vggSmall({ size: 32, widths: [8] }),
  train: { epochs: 1 },
})
`

let phantoms: ProjectFolder
let films: string

before(async () => {
  phantoms = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  assert.equal((await phantoms.chestnut('fetch')).code, 0)
  const all = await readdir(phantoms.file('.chestnut/data'), { recursive: true })
  const table = all.find(name => name.endsWith('.csv') && name.includes('Data_Entry')) ?? ''
  films = phantoms.file(join('.chestnut/data', table, '..'))
})
after(() => phantoms[Symbol.asyncDispose]())

/** A project on copies of phantom films, with a table of the test's making. */
async function project(table: (published: string) => string, count = 1000): Promise<ProjectFolder> {
  const folder = await projectFolder({ 'chestnut.config.ts': nihConfig })
  await mkdir(folder.file('films'))
  const names = (await readdir(films, { recursive: true })).filter(name => name.endsWith('.png')).sort()
  for (const name of names.slice(0, count))
    await copyFile(join(films, name), folder.file(join('films', name.split('/').at(-1) ?? '')))
  const published = (await readdir(films)).find(name => name.includes('Data_Entry')) ?? ''
  await folder.write('table.csv', table(await readFile(join(films, published), 'utf8')))
  return folder
}

async function refused(folder: ProjectFolder, stage: string, sentence: RegExp): Promise<void> {
  const { code, err } = await folder.chestnut(stage)
  assert.equal(code, 1, err)
  assert.match(err, sentence)
  assert.doesNotMatch(err, /\n\s+at /)
}

test('a folder without images is a sentence', async () => {
  await using folder = await project(table => table, 0)
  await refused(folder, 'fetch', /Cannot .*(film|image)/)
})

test('a table without rows is a sentence', async () => {
  await using folder = await project(() => `${header}\n`)
  await refused(folder, 'prepare', /Cannot /)
})

test('an empty table is a sentence', async () => {
  await using folder = await project(() => '')
  await refused(folder, 'prepare', /Cannot /)
})

test('a table that lacks a column names what stands in its place', async () => {
  await using folder = await project(table => table.replaceAll(/^([^,]*,[^,]*),[^,]*/gm, '$1'))
  await refused(folder, 'prepare', /Follow-up #/)
})

test('a table of one class only says which class is missing', async () => {
  await using folder = await project(table => table.replaceAll('Pneumonia', 'Infiltration'))
  await refused(folder, 'prepare', /Pneumonia/)
})

test('a missing table is a sentence', async () => {
  await using folder = await project(table => table)
  await folder.write('chestnut.config.ts', nihConfig.replace('table.csv', 'nowhere.csv'))
  await refused(folder, 'fetch', /nowhere\.csv/)
})

test('one bad film among many is set aside with its reason, and the run goes on up to `maxBad`', async () => {
  await using folder = await project(table => table)
  const [first = ''] = (await readdir(folder.file('films'))).sort()
  await writeFile(folder.file(`films/${first}`), 'these are words, not a film')
  await refused(folder, 'run', /Cannot read|could not be read/)
  await folder.write('chestnut.config.ts', nihConfig.replace('train:', 'maxBad: 0.1,\n  train:'))
  const { code, err } = await folder.chestnut('run')
  assert.equal(code, 0, err)
  assert.match(err, /set aside/)
  assert.ok(existsSync(folder.file('out/model.onnx')))
})

test('a patient with films of both classes is no trouble and stays in one part', async () => {
  await using folder = await project(table => table)
  const { code, err } = await folder.chestnut('prepare')
  assert.equal(code, 0, err)
})
