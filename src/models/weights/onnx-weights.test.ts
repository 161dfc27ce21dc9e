import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { float32, Problem, type Tensor } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { decode, type ReadExternal } from '../../graph/index.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { externalData } from './external-data.ts'
import { assertTensors, fixture, fixturePath, type Wanted, wantedIn } from './fixtures.test.fixture.ts'
import { openWeights, readWeights } from './read-weights.ts'

interface WantedFile {
  readonly tensors: Wanted
  readonly image: readonly number[]
  readonly output: readonly number[]
}

const model = 'external/small.onnx'
const wanted = wantedIn<WantedFile>('torch.json')[model]!
const location = 'small.onnx.data'

test('weights that PyTorch exported beside a model are read, and the model computes what PyTorch does', async () => {
  const { format, tensors } = await openWeights(fixturePath(model))
  assert.equal(format, 'onnx')
  assertTensors(Object.fromEntries(Object.entries(tensors).filter(([name]) => name in wanted.tensors)), wanted.tensors)
})

test('a model with its weights beside it runs like one that holds them', async () => {
  const graph = decode(fixture(model), externalData(fixturePath('external')))
  await using program = await onnxRuntime().load(graph)
  const { [graph.outputs[0]!.name]: output } = await program.run({
    [graph.inputs[0]!.name]: float32([1, 3, 8, 8], wanted.image),
  })
  assertTensors({ output: output! }, { output: { shape: [1, 4, 6, 6], values: rounded(output!, wanted.output) } })
})

/** Sums may be taken in another order: 1e-4 of the largest output is what the import promises. */
function rounded(found: Tensor, values: readonly number[]): readonly number[] {
  const largest = Math.max(...values.map(Math.abs))
  const numbers = Array.from(found.data as Float32Array)
  assert.ok(values.every((value, i) => Math.abs(value - numbers[i]!) <= 1e-4 * largest))
  return numbers
}

test('without its folder, a model whose weights lie beside it is refused', async () => {
  await assert.rejects(
    readWeights(fixture(model), 'm.onnx'),
    /"m.onnx": weight ".*" lies in another file, and only this/,
  )
})

/** The model with another place for its weights: texts of equal length, so that nothing else changes. */
async function moved(folder: string, to: string): Promise<string> {
  const bytes = Buffer.from(fixture(model))
  const place = Buffer.from(location)
  assert.ok(to.length === place.length)
  for (let at = bytes.indexOf(place); at >= 0; at = bytes.indexOf(place, at)) bytes.write(to, at)
  const path = join(folder, 'moved.onnx')
  await writeFile(path, bytes)
  return path
}

test('weights outside the folder of their model are refused, and not read', async context => {
  const outer = temporaryFolder(context)
  const folder = join(outer, 'model')
  await mkdir(join(folder, 'sub'), { recursive: true })
  await copyFile(fixturePath(`external/${location}`), join(outer, 'weights.dat'))
  await symlink(join(outer, 'weights.dat'), join(folder, 'linked.weights1'))
  await symlink(outer, join(folder, 'ln'))
  spawnSync('mkfifo', [join(folder, 'pipe.of.weights')])
  const names = [
    '../weights.dat//',
    '/etc/passwd/////',
    'C:\\weights.dat\\\\',
    '..\\weights.dat\\\\',
    'linked.weights1',
    'ln/weights.dat//',
    'sub/../../x.data',
    '././././././././',
    'pipe.of.weights',
  ].map(name => name.slice(0, location.length).padEnd(location.length, '/'))
  for (const name of names) {
    const path = await moved(folder, name)
    await assert.rejects(openWeights(path), (error: Error) => {
      assert.ok(error instanceof Problem, name)
      assert.match(
        error.message,
        /wants weights from ".*", which is outside its folder; nothing was read|is not beside it/,
      )
      return true
    })
  }
})

test('a link that stays inside the folder is followed', async context => {
  const folder = temporaryFolder(context)
  await copyFile(fixturePath(model), join(folder, 'small.onnx'))
  await copyFile(fixturePath(`external/${location}`), join(folder, 'real.data'))
  await symlink('real.data', join(folder, location))
  const { tensors } = await openWeights(join(folder, 'small.onnx'))
  assert.ok('conv.weight' in tensors)
})

test('missing and shortened weights beside a model are sentences', async context => {
  const folder = temporaryFolder(context)
  const path = join(folder, 'small.onnx')
  await copyFile(fixturePath(model), path)
  await assert.rejects(openWeights(path), /"small.onnx.data", which holds its weights, is not beside it/)
  await writeFile(join(folder, location), await readFile(fixturePath(`external/${location}`)))
  await truncate(join(folder, location), 100)
  await assert.rejects(openWeights(path), /"small.onnx.data" has 100 bytes, \d+ from byte \d+ on were wanted/)
})

test('a place that is no place is refused before a file is opened', () => {
  const read: ReadExternal = externalData(fixturePath('external'))
  assert.throws(() => read({ location, offset: 400, length: 100 }), /has 432 bytes, 100 from byte 400 on were wanted/)
  assert.throws(() => read({ location, offset: 2 ** 50, length: undefined }), /were wanted/)
  assert.throws(() => read({ location: 'a\0b', offset: 0, length: 1 }), /outside its folder/)
})
