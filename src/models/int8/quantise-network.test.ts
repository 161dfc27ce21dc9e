import assert from 'node:assert/strict'
import test from 'node:test'
import { float32, floats, Problem, random, type Tensor } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check, cutAt, encode } from '../../graph/index.ts'
import { tinyFile } from '../backbones.test.fixture.ts'
import { network } from '../build-network.ts'
import { explanationGraph } from '../explain.ts'
import { imageInput, type Network } from '../network.ts'
import type { HeadSpec, OnnxSpec } from '../specs.ts'
import { type CalibrationFilms, type Int8Report, quantiseNetwork } from './quantise-network.ts'

const engine = onnxRuntime()
const tools = { engine, threads: 1, seed: 7 }

function made(spec: Partial<OnnxSpec> = {}, head: HeadSpec = { kind: 'linear' }): Network {
  const backbone: OnnxSpec = { kind: 'onnx', path: 'tiny', ...spec }
  return network({ backbone, backboneBytes: tinyFile(), head, classes: ['A'], seed: 1 })
}

/** Noise; films of one class are brighter. */
function films(count: number, bright = 0.5): CalibrationFilms {
  const labels = Array.from({ length: count }, (_, i) => i % 2)
  return {
    count,
    labels,
    patients: labels.map((_, i) => `patient ${i}`),
    images: async indices => stack(indices.map(index => noise(index, labels[index]! * bright))),
  }
}

const each = 3 * 16 * 16

function noise(index: number, bright: number): Float32Array {
  return random(4, index)
    .fill(new Float32Array(each))
    .map(value => 2 * value - 1 + bright)
}

function stack(rows: readonly Float32Array[]): Tensor {
  const values = new Float32Array(rows.length * each)
  for (const [i, row] of rows.entries()) values.set(row, i * each)
  return float32([rows.length, 3, 16, 16], values)
}

const withoutProbe = (report: Int8Report): object => ({ ...report, judgement: undefined })

test('the frozen part becomes int8, the rest stays, and what is reported was measured', async () => {
  const plain = made()
  const { network: int8, report, features } = await quantiseNetwork(plain, films(60), { films: 20, probe: 40 }, tools)
  assert.deepEqual(check(int8.graph), [])
  assert.deepEqual(int8.graph.outputs, plain.graph.outputs)
  assert.deepEqual([int8.boundary, int8.explain, int8.parameters], [plain.boundary, plain.explain, plain.parameters])
  assert.equal(report.convolutions + report.stem, report.allConvolutions)
  assert.deepEqual([report.allConvolutions, report.films, report.range, report.seed], [2, 20, 'mse', 7])
  assert.equal(report.judgement.films, 40)
  assert.equal(report.judgement.probe?.films, 40)
  assert.ok(report.judgement.leastCosine > 0.99)
  assert.equal(features?.value, 'int8/features')
})

test('the same films and seed give the same network, bit for bit', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => quantiseNetwork(made(), films(30), { probe: 10 }, tools)))
  assert.deepEqual(encode(first!.network.graph), encode(second!.network.graph))
  assert.deepEqual(withoutProbe(first!.report), withoutProbe(second!.report))
})

test('heat maps go on where the explained value is at the end of the int8 part or behind it', async () => {
  const { network: int8 } = await quantiseNetwork(made(), films(30), { probe: 10 }, tools)
  await using program = await engine.load(explanationGraph(int8.graph, int8.explain, 0, 1), { threads: 1 })
  const { heat } = await program.run({ [imageInput]: stack([noise(1, 0)]) })
  assert.deepEqual(heat?.shape, [1, 8, 8])
})

test('an explained value inside the int8 part moves to its end, and the report says so', async () => {
  const plain = made()
  const { network: int8, report } = await quantiseNetwork(
    { ...plain, explain: 'middle' },
    films(30),
    { probe: 10 },
    tools,
  )
  assert.equal(int8.explain, 'features')
  assert.equal(report.explain, 'features')
})

test('where the end is trained only the part before it becomes int8', async () => {
  const plain = made({ trainFrom: 'middle' })
  const { network: int8, report } = await quantiseNetwork(plain, films(30), { probe: 10 }, tools)
  assert.equal(report.allConvolutions, 1)
  const { before, after } = cutAt(int8.graph, 'middle')
  assert.deepEqual(
    before.nodes.map(({ op }) => op),
    ['QuantizeLinear', 'Pad', 'QLinearConv', 'DequantizeLinear'],
  )
  assert.ok(after.nodes.some(({ op }) => op === 'Conv'))
})

test('a dense head takes the same features', async () => {
  const plain = made({}, { kind: 'dense', units: [4] })
  const { network: int8 } = await quantiseNetwork(plain, films(30), { probe: 10 }, tools)
  await using program = await engine.load(int8.graph, { threads: 1 })
  const answer = await program.run({ [imageInput]: stack([noise(1, 0)]) })
  assert.ok(Number.isFinite(floats(answer['logits']!)[0]))
})

test('too few patients of a class: no probe, but the agreement is known', async () => {
  const { report } = await quantiseNetwork(made(), films(6), {}, tools)
  assert.equal(report.judgement.probe, undefined)
  assert.equal(report.judgement.films, 6)
})

test('nothing frozen is refused with what to leave out', async () => {
  const plain = network({
    backbone: { kind: 'vgg-small', size: 32, widths: [4] },
    head: { kind: 'linear' },
    classes: ['A'],
    seed: 1,
  })
  await assert.rejects(quantiseNetwork(plain, films(6), {}, tools), {
    name: 'Problem',
    message: 'Cannot compute the backbone in int8: all of it is trained, a frozen part was wanted',
  })
})

/** The classes differ by less than a step of the image's range, which one film stretches. */
function faint(): CalibrationFilms {
  const plain = films(80, 0)
  return {
    ...plain,
    images: async indices =>
      stack(
        indices.map(index => {
          const row = new Float32Array(each).fill(0.2 + 0.001 * plain.labels[index]!)
          row[0] = 100 - index / 1000
          return row
        }),
      ),
  }
}

test('a probe that loses more than 0.005 AUROC stops it, with both numbers, unless forced', async () => {
  const spec = { films: 80, probe: 80 }
  const refused = await quantiseNetwork(made(), faint(), spec, tools).catch((error: unknown) => error)
  assert.ok(refused instanceof Problem, String(refused))
  assert.match(
    refused.message,
    /^Cannot compute the backbone in int8: a linear probe on 80 training films scores AUROC 0\.\d{4} on int8 features, (0\.\d{4}|1\.0000) on float32 features \(difference -0\.\d{4}, 95 % interval -0\.\d{4} to -?0\.\d{4}\); at most 0\.005 less was wanted$/,
  )
  const { report } = await quantiseNetwork(made(), faint(), { ...spec, force: true }, tools)
  assert.ok(report.judgement.probe!.float32 - report.judgement.probe!.int8 > 0.005)
})
