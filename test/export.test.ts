import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import { encodePng, type Film, phantomCohort } from '../src/imaging/index.ts'
import { needData, sharedData } from '../src/testing/needs.ts'
import { onnxruntimePeer } from '../src/testing/python-peers.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const skip = onnxruntimePeer.need()
const run = promisify(execFile)
let folder: ProjectFolder

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('run')
})
after(() => folder[Symbol.asyncDispose]())

test('the ten lines of Python that "export" prints give the probability of "predict", for films of odd sizes and depths', {
  skip,
  timeout: 300_000,
}, async () => {
  const { out } = await folder.succeeds('export', '--to', 'left')
  const script = await readFile(folder.file('left/predict.py'), 'utf8')
  assert.equal(script.trimEnd().split('\n').length, 10)
  assert.ok(out.includes(script), 'what is printed is what was written')
  const films = await drawFilms()
  const differences = await compare(films)
  assert.ok(
    differences.every(difference => difference <= 1e-6),
    String(differences),
  )
})

test('colour JPEG and turned films are read alike, but for the rounding of their decoders', {
  skip,
  timeout: 300_000,
}, async () => {
  await folder.succeeds('export', '--to', 'left')
  const png = await encodePng(phantom(3))
  const grey = await sharp(png).jpeg({ quality: 90 }).toBuffer()
  const colour = await sharp(png).toColourspace('srgb').tint('#ffddaa').jpeg({ quality: 90 }).toBuffer()
  const turned = await sharp(png).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toBuffer()
  const films = []
  for (const [i, bytes] of [grey, colour, turned].entries()) films.push(await folder.write(`jpeg-${i}.jpg`, bytes))
  const differences = await compare(films)
  assert.ok(
    differences.every(difference => difference <= 1e-4),
    String(differences),
  )
})

test('real films as the NIH published them get the same probability', {
  skip: skip || needData('nih-cxr14'),
  timeout: 300_000,
}, async () => {
  await folder.succeeds('export', '--to', 'left')
  const names = (await readdir(sharedData('nih-cxr14', 'originals'))).sort().slice(0, 3)
  const films = []
  for (const [i, name] of names.entries()) {
    await copyFile(sharedData('nih-cxr14', 'originals', name), folder.file(`nih-${i}.png`))
    films.push(folder.file(`nih-${i}.png`))
  }
  const differences = await compare(films)
  assert.ok(
    differences.every(difference => difference <= 1e-5),
    String(differences),
  )
})

test('what was exported cannot be taken for a model of ours, and that is said', async () => {
  await folder.succeeds('export', 'out/model.onnx', '--to', 'again')
  const film = await folder.write('film.png', await encodePng(phantom(0)))
  const { code, err } = await folder.chestnut('predict', film, '--model', 'again/model.onnx')
  assert.equal(code, 1)
  assert.match(err, /it was exported for other tools, wanted the model itself\nnext: npx chestnut models list/)
  const unknown = await folder.chestnut('export', 'pneumnia@1')
  assert.match(unknown.err, /did you mean "pneumonia"/)
})

/** How far Python's answers are from ours, one a film. */
async function compare(films: readonly string[]): Promise<readonly number[]> {
  const { out } = await folder.succeeds('predict', ...films, '--json')
  const ours: readonly { probability: number }[] = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.equal(ours.length, films.length)
  const differences: number[] = []
  for (const [i, film] of films.entries()) {
    const { stdout } = await run(onnxruntimePeer.python, ['predict.py', film], { cwd: folder.file('left') })
    const { Pneumonia } = JSON.parse(stdout)
    differences.push(Math.abs(Pneumonia.probability - ours[i]!.probability))
  }
  return differences
}

function phantom(index: number): Film {
  const cohort = [...phantomCohort({ seed: 11, patients: index + 1, size: 301 })]
  return cohort[index]!.film
}

/** PNG files of every kind that a clinic sends: bits, colours, transparency, and sides that fit nothing. */
async function drawFilms(): Promise<readonly string[]> {
  const png = await encodePng(phantom(0), { bits: 8 })
  const wide = await encodePng(phantom(1), { bits: 16 })
  const grey = (): Sharp => sharp(png).toColourspace('b-w')
  const files: Readonly<Record<string, Buffer | Uint8Array>> = {
    'grey-8': png,
    'grey-16': wide,
    'odd-8': await grey().resize(97, 333, { fit: 'fill' }).png().toBuffer(),
    'odd-16': await sharp(wide).resize(517, 43, { fit: 'fill' }).toColourspace('grey16').png().toBuffer(),
    small: await grey().resize(7, 5, { fit: 'fill' }).png().toBuffer(),
    'bits-1': await grey().threshold(128).png({ palette: true, colours: 2 }).toBuffer(),
    'bits-4': await grey().png({ palette: true, colours: 16 }).toBuffer(),
    colour: await sharp(png).toColourspace('srgb').tint('#ffddaa').png().toBuffer(),
    rgba: await sharp(png).toColourspace('srgb').ensureAlpha(0.6).png().toBuffer(),
    'grey-alpha': await grey().ensureAlpha(0.3).png().toBuffer(),
  }
  const paths: string[] = []
  for (const [name, bytes] of Object.entries(files)) paths.push(await folder.write(`film-${name}.png`, bytes))
  return paths
}
