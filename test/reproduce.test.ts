import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { float32, floats, sha256 } from '../src/core/index.ts'
import { decode, encode, withWeights } from '../src/graph/index.ts'
import { readCard, writeCard } from '../src/models/index.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

let folder: ProjectFolder

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('run')
})
after(() => folder[Symbol.asyncDispose]())

test('a model is made again without the cache, and has the same bytes', { timeout: 600_000 }, async () => {
  const before = await readdir(folder.file('.chestnut/store/runs'))
  const { out, err } = await folder.succeeds('reproduce', 'pneumonia@1')
  assert.match(
    out,
    /^pneumonia@1 was made by the run \S+, SHA-256 [0-9a-f]{64}\nconfiguration, data and seed are those of the run/,
  )
  assert.match(out, /\nreproduced: the same bytes\n$/)
  assert.match(err, /epoch {3}3 {2}loss/, 'it was trained')
  assert.deepEqual(await readdir(folder.file('.chestnut/store/runs')), before, 'the project knows nothing of it')
  const found = JSON.parse((await folder.succeeds('reproduce', 'out/model.onnx', '--json')).out)
  assert.deepEqual(
    [found.reproduced, found.comparison.same, found.comparison.golden, found.machine],
    [true, 'bytes', 0, []],
  )
})

test('another seed, setting or film is named before anything is trained', { timeout: 600_000 }, async () => {
  const seed = await folder.chestnut('reproduce', '--seed', '7')
  assert.equal(seed.code, 3)
  assert.match(seed.out, /MADE FROM +THEN +NOW\n(.*\n)*seed +42 +7\n/)
  assert.match(seed.err, /Cannot reproduce "pneumonia@1": it was made from another .*"seed" than there is here/)
  assert.doesNotMatch(seed.err, /epoch/)
  const epochs = await folder.chestnut('reproduce', '--epochs', '4', '--json')
  assert.equal(epochs.code, 3)
  assert.deepEqual(JSON.parse(epochs.out).differs, [{ name: 'train.epochs', first: '3', second: '4' }])
  await folder.write('other.ts', tinyConfig.replace('patients: 60', 'patients: 61'))
  const films = await folder.chestnut('reproduce', '--config', 'other.ts', '--json')
  assert.equal(films.code, 3)
  const [{ name, first, second }] = JSON.parse(films.out).differs
  assert.deepEqual([name, first.length, second.length, first === second], ['dataset', 64, 64, false])
})

test('a model that nobody here trained is said to be such', async () => {
  await using other = await projectFolder()
  await other.write('model.onnx', await readFile(folder.file('out/model.onnx')))
  const { code, err } = await other.chestnut('reproduce', 'model.onnx')
  assert.equal(code, 1)
  assert.match(
    err,
    /Cannot reproduce ".*model\.onnx": no run of .* made it\nnext: npx chestnut runs list --stage train/,
  )
})

/** A model that another machine could have made of the same run: its weights and answers are a little off. */
async function madeElsewhere(name: string, off: number, cpu: RegExp): Promise<void> {
  const model = await readFile(folder.file('out/model.onnx'))
  const graph = decode(model)
  const card = readCard(graph)
  const golden = card.golden.map(({ phantom, probabilities }) => {
    return { phantom, probabilities: probabilities.map(value => (value > 0.5 ? value - off : value + off)) }
  })
  const weight = graph.weights['head/weight']!
  const moved = withWeights(graph, {
    'head/weight': float32(
      weight.shape,
      floats(weight).map(value => value + off),
    ),
  })
  const bytes = encode(writeCard(moved, { ...card, golden }))
  await folder.write(name, bytes)
  const runs = folder.file('.chestnut/store/runs')
  for (const file of await readdir(runs)) {
    const text = await readFile(join(runs, file), 'utf8')
    const { stage, id } = JSON.parse(text)
    if (stage !== 'train' || id.startsWith('9')) continue
    const other = text.replace(cpu, '"cpu": "of another kind"').replaceAll(sha256(model), sha256(bytes))
    await folder.write(`.chestnut/store/runs/9${id}.json`, other.replace(id, `9${id}`))
  }
}

test('between kinds of processors answers and metrics may differ within a tolerance, on one kind not by a bit', {
  timeout: 600_000,
}, async () => {
  await madeElsewhere('near.onnx', 1e-4, /"cpu": "[^"]*"/)
  const near = await folder.succeeds('reproduce', 'near.onnx')
  assert.match(near.out, /MACHINE +THEN +NOW\ncpu +of another kind +\S/)
  assert.match(
    near.out,
    /reproduced within tolerance: answers to drawn films differ by up to 0\.00010 \(0\.002 allowed\)/,
  )
  await madeElsewhere('far.onnx', 0.1, /"cpu": "[^"]*"/)
  const far = await folder.chestnut('reproduce', 'far.onnx', '--json')
  assert.equal(far.code, 3)
  assert.match(far.err, /answers to drawn films differ by up to 0\.10 \(0\.002 allowed\)/)
  await madeElsewhere('here.onnx', 1e-4, /no such cpu/)
  const here = await folder.chestnut('reproduce', 'here.onnx')
  assert.equal(here.code, 3)
  assert.match(here.err, /on the same kind of processor other bytes came out\nnext: compare the models in "/)
  const kept = /compare the models in "([^"]+)"/.exec(here.err)?.[1] ?? ''
  assert.deepEqual(await readFile(join(kept, 'model.onnx')), await readFile(folder.file('out/model.onnx')))
})
