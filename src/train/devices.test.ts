import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, float32, floats, random } from '../core/index.ts'
import { type Device, onnxRuntime } from '../engine/index.ts'
import { build, encode, ints } from '../graph/index.ts'
import { type Network, network } from '../models/index.ts'
import { needSwiftShader } from '../testing/swiftshader.ts'
import type { Plan, Trained } from './plan.ts'
import { sidedExamples } from './sided-films.test.fixture.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const skip = needSwiftShader()
const size = 16

/** The demo's network, smaller: convolutions, poolings, dense layers with dropout. */
function smallVgg(): Network {
  return network({
    backbone: { kind: 'vgg-small', size, widths: [4, 8] },
    head: { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
    classes: ['Pneumonia'],
    seed: 3,
  })
}

/** A head on frozen convolutions with a pooling whose windows overlap. */
function headOnFrozen(): Network {
  const b = build('frozen')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['N', 1, size, size] })
  const filters = b.weight('filters', float32([6, 1, 3, 3], random(5, 'filters').fill(new Float32Array(54))))
  const convolved = b.node('Conv', [image, filters], { pads: ints([1, 1, 1, 1]) })
  b.output(b.node('MaxPool', [b.node('Relu', [convolved])], { kernel_shape: ints([3, 3]), strides: ints([2, 2]) }))
  return network({
    backbone: { kind: 'onnx', path: 'frozen.onnx', contract: { size, channels: 1 } },
    backboneBytes: encode(b.finish()),
    head: { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
    classes: ['Pneumonia'],
    seed: 3,
  })
}

interface Told {
  readonly trained: Trained
  readonly losses: readonly number[]
}

async function tell(device: Device, made: Network): Promise<Told> {
  const plan: Plan = {
    network: made,
    optimizer: adam(),
    rate: { kind: 'cosine', rate: 0.01 },
    epochs: 5,
    batch: 10,
    seed: 1,
    patience: 5,
  }
  const losses: number[] = []
  const films = { size, noise: 2, lift: 0.25 }
  const data = {
    training: sidedExamples({ ...films, count: 37, seed: 1 }),
    validation: sidedExamples({ ...films, count: 11, seed: 2 }),
  }
  const trained = await toEnd(train(plan, data, { engine: onnxRuntime({ device }), threads: 1 }), event => {
    if (event.kind === 'step') losses.push(event.loss)
  })
  return { trained, losses }
}

for (const [name, make] of [
  ['the small VGG', smallVgg],
  ['a head on a frozen part', headOnFrozen],
] as const) {
  test(`train() of ${name} on WebGPU has the CPU's losses to 1e-3 over 20 steps, and its weights`, {
    skip,
  }, async () => {
    const cpu = await tell('cpu', make())
    const device = await tell('webgpu', make())
    assert.equal(cpu.losses.length, 20)
    for (const [step, loss] of cpu.losses.entries()) {
      assert.ok(
        Math.abs(device.losses[step]! - loss) <= 1e-3,
        `step ${step + 1}: ${device.losses[step]}, ${loss} on the CPU`,
      )
    }
    assert.ok(cpu.losses.at(-1)! < cpu.losses[0]! - 0.05, 'and something was learnt')
    assert.equal(device.trained.bestEpoch, cpu.trained.bestEpoch)
    for (const parameter of cpu.trained.network.parameters) {
      const [found, wanted] = [device, cpu].map(({ trained }) => floats(trained.network.graph.weights[parameter]!))
      const most = Math.max(...wanted!.map(Math.abs))
      const off = Math.max(...wanted!.map((value, i) => Math.abs(value - found![i]!)))
      assert.ok(off <= 2e-3 * most, `${parameter} is off by ${off} of ${most}`)
    }
  })
}
