import assert from 'node:assert/strict'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../src/core/index.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

const guide = join(packageRoot(), 'src', 'models', 'keras', 'fixtures', 'guide')
const networks = join(packageRoot(), 'src', 'models', 'networks', 'fixtures', 'files')

async function asked(folder: ProjectFolder, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await folder.chestnut(...words, '--json')
  assert.equal(code, 0, err)
  return JSON.parse(out)
}

test('a model of the guide is imported, found by its version, and answers as in Keras', async () => {
  await using folder = await projectFolder()
  const answers = JSON.parse(await readFile(join(guide, 'answers.json'), 'utf8'))
  const film = join(guide, 'film.png')

  const { code, out } = await folder.chestnut('import', guide)
  assert.equal(code, 0)
  assert.match(
    out,
    /Imported pneumonia@1 into .*imported\.onnx\ncontract training: pixels from 0 to 1, as the guide trains/,
  )
  assert.match(
    out,
    /with pixels from 0 to 255, as the guide serves, its answers to drawn films would move by up to 0\.\d\d/,
  )
  const trained = await asked(folder, 'predict', film)
  assert.ok(Math.abs(Number(trained['probability']) - answers.training) <= 1e-5)
  assert.deepEqual([trained['model'], trained['threshold']], ['pneumonia@1', 0.5])

  const second = await asked(folder, 'import', guide, '--contract', 'as-served')
  assert.equal(second['model'], 'pneumonia@2')
  const served = await asked(folder, 'predict', film, '--model', 'pneumonia@2')
  assert.ok(Math.abs(Number(served['probability']) - answers.served) <= 1e-5)
  assert.equal(served['threshold'], 0.51)

  const again = await asked(folder, 'import', guide, '--promote')
  assert.equal(again['model'], 'pneumonia@1', 'the same files with the same contract are the same version')
  assert.equal((await asked(folder, 'predict', film))['model'], 'pneumonia@1')
})

test('import says which file it misses, and what does not fit', async () => {
  await using folder = await projectFolder({ 'other.json': '{"class_name": "Model"}', 'text.h5': 'not HDF5' })
  await copyFile(join(guide, 'best.model.hdf5'), folder.file('weights.h5'))
  const weights = await readFile(join(guide, 'best.model.hdf5'))
  await folder.write('short.h5', weights.subarray(0, 20_000))
  const description = join(guide, 'my_model.json')
  const refused = async (why: RegExp, code: number, ...words: readonly string[]): Promise<void> => {
    const found = await folder.chestnut('import', ...words)
    assert.match(found.err, why)
    assert.equal(found.code, code)
    assert.doesNotMatch(found.err, /\n\s+at /)
  }
  await refused(/Cannot import "nowhere": there is no such file or folder/, 1, 'nowhere')
  await refused(/no file of weights \(\.h5, \.hdf5, \.keras\) is among it/, 2, description)
  await refused(/it holds weights without the description of their model/, 1, 'weights.h5')
  await refused(/it has 3 files of weights .*"short.h5", "text.h5", "weights.h5"; one was wanted/, 2, '.')
  await refused(/"other.json": it describes no layers/, 1, 'other.json', 'weights.h5')
  await refused(/Cannot read the weights "text.h5": it begins like no Keras/, 1, description, 'text.h5')
  await refused(/Cannot read the weights "short.h5": /, 1, description, 'short.h5')
  await refused(/its answers a film are 1, but there are 2 labels/, 2, guide, '--labels', 'Pneumonia,Edema')
  await refused(/Wanted small letters/, 2, guide, '--name', 'My Model')
})

/** A whole cycle on few drawn films, on a network by name. */
const config = (backbone: string): string => `import { defineConfig, phantoms, pretrained, untrained } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 40, size: 64 }),
  backbone: ${backbone},
  train: { epochs: 1, batch: 8 },
})
`

test('a network by name is trained from drawn weights, and explains itself', async () => {
  await using folder = await projectFolder({
    'chestnut.config.ts': config(
      `untrained({ network: 'mobilenet_v1', contract: { size: 32, channels: 1 }, trainFrom: 'conv_pw_13' })`,
    ),
  })
  const { code, err } = await folder.chestnut('run')
  assert.equal(code, 0, err)
  const answer = await asked(folder, 'predict', join(guide, 'film.png'), '--explain')
  assert.equal(typeof answer['probability'], 'number')
})

test('weights that are not there, of another network or without their SHA-256 are refused before any training', async () => {
  await using folder = await projectFolder()
  await copyFile(join(networks, 'chest.pt'), folder.file('chest.pt'))
  const refused = async (backbone: string, why: RegExp, code = 1): Promise<void> => {
    await folder.write('chestnut.config.ts', config(backbone))
    const found = await folder.chestnut('train')
    assert.match(found.err, why)
    assert.equal(found.code, code)
  }
  await refused(
    `pretrained({ network: 'vgg16', weights: 'vgg16.pth' })`,
    /Cannot read the weights "vgg16.pth": there is no such file\n.*correct "backbone.weights"/,
  )
  await refused(
    `pretrained({ network: 'vgg16', weights: 'https://127.0.0.1:9/vgg16.pth' })`,
    /a file of the web needs its SHA-256\n.*set "backbone.sha256"/,
    2,
  )
  await refused(
    `pretrained({ network: 'densenet121', weights: 'chest.pt' })`,
    /Cannot put the weights "chest.pt" into the network "densenet121": read as those of torchxrayvision, "features.conv0.weight" is/,
  )
  await refused(`pretrained({ network: 'vgg17', weights: 'a' })`, /did you mean "vgg16"\?|did you mean "vgg1\d"\?/, 2)
})
