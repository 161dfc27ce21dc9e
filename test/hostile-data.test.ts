import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
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
  await phantoms.succeeds('fetch')
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

async function refused(folder: ProjectFolder, stage: string, sentence: RegExp, expected = 1): Promise<void> {
  const { code, err } = await folder.chestnut(stage)
  assert.equal(code, expected, err)
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
  await refused(folder, 'prepare', /Cannot predict "Pneumonia": no film has this finding/, 2)
})

test('a misspelt target is refused with the nearest finding', async () => {
  await using folder = await project(table => table)
  await folder.write('chestnut.config.ts', nihConfig.replace('data:', "target: 'Pnuemonia',\n  data:"))
  await refused(folder, 'prepare', /did you mean "Pneumonia"\?/, 2)
})

test('a table with a byte order mark and Windows line ends is read; junk rows are named by their line', async () => {
  await using folder = await project(table => `\ufeff${table.replaceAll('\n', '\r\n')}`)
  await folder.succeeds('prepare')
  await folder.write('table.csv', `${await readFile(folder.file('table.csv'), 'utf8')}junk\r\n`)
  await refused(folder, 'prepare', /line 106 is not like the others/)
})

test('a missing table is a sentence', async () => {
  await using folder = await project(table => table)
  await folder.write('chestnut.config.ts', nihConfig.replace('table.csv', 'nowhere.csv'))
  await refused(folder, 'fetch', /nowhere\.csv/)
})

/** A PNG whose header promises 60,000 pixels on each side. */
function hugePng(): Buffer {
  const word = (number: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(number)
    return bytes
  }
  const chunk = (name: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(name), data])
    return Buffer.concat([word(data.length), named, word(crc32(named))])
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.from('0000ea600000ea600800000000', 'hex')),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test('bad films are set aside in a list with their reasons, and the run goes on up to `maxBad`', async () => {
  await using folder = await project(table => table)
  const names = (await readdir(folder.file('films'))).sort()
  const film = (index: number): string => folder.file(`films/${names[index]}`)
  await writeFile(film(0), 'these are words, not a film')
  await writeFile(film(1), (await readFile(film(1))).subarray(0, 700))
  await writeFile(film(2), hugePng())
  await writeFile(film(3), '')
  await refused(folder, 'run', /Cannot use the films: .* are bad, 0 are allowed \(maxBad 0\.005\)/)
  await folder.write('chestnut.config.ts', nihConfig.replace('train:', 'maxBad: 0.1,\n  train:'))
  const { code, err } = await folder.chestnut('run')
  assert.equal(code, 0, err)
  const lists = ['bad_films.csv', 'bad_testing_films.csv'].map(name => readFile(folder.file(`out/${name}`), 'utf8'))
  const listed = (await Promise.all(lists)).join('')
  assert.match(listed, /0,"Cannot read the film: it is a text file/)
  assert.match(listed, /1,"Cannot read the film: its pixels are damaged or cut off"/)
  assert.match(listed, /2,"Cannot read the film: it is 60000 × 60000 pixels large/)
  assert.match(listed, /3,"Cannot read the film: the file is empty"/)
  assert.ok(existsSync(folder.file('out/model.onnx')))
})

test('a patient with films of both classes is no trouble and stays in one part', async () => {
  await using folder = await project(table => table)
  const { code, err } = await folder.chestnut('prepare')
  assert.equal(code, 0, err)
})

const tableConfig = `import { defineConfig, table, vggSmall } from 'chestnut'
export default defineConfig({
  data: table({ csv: 'table.csv', images: 'films', image: 'Image', patient: 'Patient', findings: ['Pneumonia', 'Mass'] }),
  backbone: vggSmall({ size: 32, widths: [8] }),
  train: { epochs: 1 },
})
`

/** The published table as a hospital would have it: a column a finding, every fifth label of pneumonia missing or uncertain. */
function hospitalTable(published: string): string {
  const lines = published.trim().split('\n').slice(1)
  const rows = lines.map((line, i) => {
    const [image, findings = '', , patient] = line.split(',')
    const known = Number(findings.includes('Pneumonia'))
    const pneumonia = i % 10 === 0 ? '' : i % 10 === 5 ? -1 : known
    return `${image},${patient},${pneumonia},${i % 2}`
  })
  return `${['Image,Patient,Pneumonia,Mass', ...rows].join('\n')}\n`
}

test('a table with missing and uncertain labels goes all the way to a model', async () => {
  await using folder = await project(hospitalTable)
  await folder.write('chestnut.config.ts', tableConfig)
  const { code, err } = await folder.chestnut('run')
  assert.equal(code, 0, err)
  assert.ok(existsSync(folder.file('out/model.onnx')))
  const [header, ...lines] = (await readFile(folder.file('out/manifest.csv'), 'utf8')).trim().split('\n')
  assert.match(header ?? '', /,split,uncertain$/)
  const unsure = lines.filter(line => line.endsWith(',Pneumonia'))
  assert.ok(unsure.length > 5 && unsure.every(line => line.endsWith(',unused,Pneumonia')))
})

test('a label that nobody understands is named by its line and column, and what stands there is kept quiet', async () => {
  await using folder = await project(table => hospitalTable(table).replace(/,1\n/, ',Mrs Meier\n'))
  await folder.write('chestnut.config.ts', tableConfig)
  const { code, err } = await folder.chestnut('fetch')
  assert.equal(code, 1, err)
  assert.match(err, /line \d+ has no label that is understood under "Mass"/)
  assert.doesNotMatch(err, /Meier/)
})
