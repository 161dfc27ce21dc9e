import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { float32, random, sha256 } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { cutAt, encode } from '../../graph/index.ts'
import { need, needData, sharedData } from '../../testing/needs.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { network } from '../build-network.ts'
import { exactly, hardCases, hardGraph, hardImage } from './exact-convolution.test.fixture.ts'
import { families, smallImages, smallInInt8 } from './nets.test.fixture.ts'
import { quantiseNetwork } from './quantise-network.ts'
import { outputDigest } from './run-models.test.fixture.ts'

const needQemu = need({ command: 'qemu-x86_64', install: 'apt-get install qemu-user' })

/** Models with their inputs, as bytes. */
type Runs = readonly (readonly [model: Uint8Array, input: Uint8Array])[]

/** What a processor of 2013 gives: it has AVX2 and nothing that multiplies bytes without cutting off. */
async function onHaswell(context: TestContext, runs: Runs): Promise<readonly string[]> {
  const folder = temporaryFolder(context)
  const files: string[] = []
  for (const [i, [model, input]] of runs.entries()) {
    const names = [join(folder, `${i}.onnx`), join(folder, `${i}.bin`)]
    await writeFile(names[0]!, model)
    await writeFile(names[1]!, input)
    files.push(...names)
  }
  const script = fileURLToPath(new URL('run-models.test.fixture.js', import.meta.url))
  const { stdout, status, stderr } = spawnSync('qemu-x86_64', ['-cpu', 'Haswell', process.execPath, script, ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  assert.equal(status, 0, stderr)
  return stdout.trim().split('\n')
}

const runs: Runs = hardCases.map(one => [encode(hardGraph(one)), hardImage(one).data as Uint8Array])
const exact = hardCases.map(one => sha256(exactly(hardGraph(one), hardImage(one))))

test('each way of ONNX Runtime through an int8 convolution gives the exact whole numbers, on this processor', async () => {
  for (const [i, [model, input]] of runs.entries()) {
    assert.equal(await outputDigest(model, input), exact[i], hardCases[i]!.name)
  }
})

test('a processor without VNNI gives the same bits', { skip: needQemu }, async t => {
  assert.deepEqual(await onHaswell(t, runs), exact)
})

test('with all eight bits in every weight it would not: the test can fail', { skip: needQemu }, async t => {
  const careless = hardCases.map(one => hardGraph(one, 'none'))
  const found = await onHaswell(
    t,
    careless.map((graph, i) => [encode(graph), runs[i]![1]]),
  )
  const differ = hardCases.filter((one, i) => found[i] !== sha256(exactly(careless[i]!, hardImage(one))))
  assert.deepEqual(
    differ.map(({ name }) => name),
    hardCases.filter(({ weight }) => weight[1] > 1).map(({ name }) => name),
  )
})

test('small networks of every family do so too, with and without a finer stem', { skip: needQemu }, async t => {
  // Sigmoid stays in float32, where nothing is promised.
  const whole = families.filter(family => family !== 'squeeze and excite')
  const made = await Promise.all(whole.flatMap(family => [0, 1, 2].map(stem => smallInInt8(family, stem))))
  const pixels = smallImages(2).data as Float32Array
  const small: Runs = made.map(({ graph }) => [encode(graph), new Uint8Array(pixels.buffer)])
  const here: string[] = []
  for (const [model, input] of small) here.push(await outputDigest(model, input))
  assert.deepEqual(await onHaswell(t, small), here)
  assert.equal(new Set(here).size, here.length)
})

const backbone = ['backbones', 'mobilenet_v1_block12.onnx'] as const

test('MobileNet in int8 gives the same features with and without VNNI', {
  skip: needQemu || needData(...backbone),
}, async t => {
  const size = 96
  const made = network({
    backbone: { kind: 'onnx', path: 'mobilenet', contract: { size, channels: 3, range: [-1, 1] } },
    backboneBytes: await readFile(sharedData(...backbone)),
    head: { kind: 'linear' },
    classes: ['A'],
    seed: 1,
  })
  const images = (count: number): Float32Array =>
    random(1, 'noise')
      .fill(new Float32Array(count * 3 * size * size))
      .map(value => 2 * value - 1)
  const films = {
    count: 2,
    labels: [0, 1],
    patients: ['a', 'b'],
    images: async (indices: readonly number[]) => float32([indices.length, 3, size, size], images(indices.length)),
  }
  const { network: int8 } = await quantiseNetwork(made, films, {}, { engine: onnxRuntime(), threads: 1, seed: 1 })
  const model = encode(cutAt(int8.graph, int8.boundary).before)
  const input = new Uint8Array(images(1).buffer)
  assert.deepEqual(await onHaswell(t, [[model, input]]), [await outputDigest(model, input)])
})
