import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { decode } from '../src/graph/index.ts'
import { tinyFile } from '../src/models/backbones.test.fixture.ts'
import { readCard } from '../src/models/index.ts'
import { type Finished, type ProjectFolder, projectFolder } from './project-folder.ts'

const config = `import { defineConfig, onnx, phantoms } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 60, size: 64 }),
  backbone: onnx({ path: 'tiny.onnx', contract: { range: [-1, 1] }, precision: 'int8', int8: { films: 16, probe: 30, force: true } }),
  train: { epochs: 2, batch: 32 },
})
`

let folder: ProjectFolder
let run: Finished

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': config })
  await folder.write('tiny.onnx', tinyFile())
  run = await folder.succeeds('run')
})
after(() => folder[Symbol.asyncDispose]())

test('`precision: int8` trains, judges and publishes the int8 network, and its card says how it was made', async () => {
  const graph = decode(await readFile(folder.file('out/model.onnx')))
  const { precision, int8Range, int8Films, int8Seed } = readCard(graph).provenance
  assert.deepEqual([precision, int8Range, int8Films, int8Seed], ['int8', 'mse', 16, 42])
  assert.ok(graph.nodes.some(({ op }) => op === 'QLinearConv'))
  assert.equal(typeof readCard(graph).metrics['int8Cosine'], 'number')
})

test('the run says how far features agree, and what a linear probe makes of both', () => {
  const said = run.out + run.err
  assert.match(said, /int8: \d of 2 frozen convolutions.*agree with float32 to a cosine of \d\.\d{4}/)
  assert.match(
    said,
    /a linear probe on 30 training films scores AUROC \d\.\d{4} on int8 features, \d\.\d{4} on float32/,
  )
})

test('the int8 model explains a film, and a second run changes nothing', async () => {
  const films = await readdir(folder.file('.chestnut/data'), { recursive: true })
  const film = films.find(name => name.endsWith('.png'))
  await folder.succeeds('predict', folder.file(`.chestnut/data/${film}`), '--explain')
  const again = await folder.chestnut('run')
  assert.equal(again.out.match(/nothing changed, kept/g)?.length, 6)
})

test('cross-validation takes the int8 features too', async () => {
  const judged = await folder.succeeds('evaluate', '--folds', '5', '--seeds', '1')
  assert.match(judged.out + judged.err, /int8: \d of 2 frozen convolutions/)
  assert.match(judged.out, /AUROC/)
})

test('a graphics processor is refused before anything runs', async () => {
  for (const device of ['webgpu', 'cuda']) {
    const refused = await folder.chestnut('train', '--device', device)
    assert.equal(refused.code, 2)
    assert.match(refused.err, new RegExp(`Cannot use device "${device}": the backbone has precision "int8"`))
  }
})
