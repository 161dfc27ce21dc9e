import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, float32, floats, random } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { build, check, encode, ints } from '../graph/index.ts'
import { contract } from '../imaging/index.ts'
import { imageInput, type Network, network } from '../models/index.ts'
import { allClose } from '../testing/all-close.ts'
import { changesInput, withAugmentation } from './augmentation-nodes.ts'
import { filmExamples } from './film-examples.ts'
import type { Plan, Trained } from './plan.ts'
import { sidedFilm } from './sided-films.test.fixture.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const size = 12
const wanted = contract({ size, channels: 1, range: [-1, 1] })
const head = { kind: 'dense', units: [8], dropout: [0.2, 0.1] } as const

/** Trained from the image on. */
function whole(): Network {
  const backbone = { kind: 'vgg-small', size, widths: [4, 8] } as const
  return { ...network({ backbone, head, classes: ['A'], seed: 3 }), contract: wanted }
}

/** A head on a frozen convolution, some of whose names are those that augmentation would have taken. */
function onFrozen(): Network {
  const b = build('frozen')
  const image = b.input({ name: 'image', dtype: 'float32', shape: ['batch', 1, size, size] })
  const draw = random(5, 'filters')
  const filters = b.weight(
    'constant',
    float32(
      [6, 1, 5, 5],
      Float32Array.from({ length: 150 }, () => draw.normal()),
    ),
  )
  const convolved = b.node('Conv', [image, filters], { kernel_shape: ints([5, 5]) }, { name: 'Mul' })
  b.output(b.node('Relu', [convolved], {}, { name: 'augmented' }))
  return network({
    backbone: { kind: 'onnx', path: 'frozen.onnx', contract: { size, channels: 1, range: [-1, 1] } },
    backboneBytes: encode(b.finish()),
    head,
    classes: ['A'],
    seed: 3,
  })
}

function trained(of: Network, augmentIn: Plan['augmentIn']): Promise<Trained> {
  const part = (count: number, seed: number, augments: boolean) =>
    filmExamples({
      count,
      film: index => sidedFilm(index, { seed, size }),
      contract: wanted,
      labels: Float32Array.from({ length: count }, (_, k) => k % 2),
      augmentation: augments ? { rotate: 15, shift: 0.1, scale: 0.2, brightness: 0.1, contrast: 0.3 } : undefined,
      seed: 4,
    })
  const plan: Plan = {
    network: of,
    optimizer: adam(),
    rate: { kind: 'constant', rate: 0.003 },
    epochs: 3,
    batch: 8,
    seed: 1,
    patience: 9,
    augmentIn,
  }
  const data = { training: part(44, 1, true), validation: part(14, 2, false) }
  return toEnd(train(plan, data, { engine: onnxRuntime(), threads: 1 }))
}

for (const [title, make] of [
  ['from the image on', whole],
  ['on a frozen part', onFrozen],
] as const) {
  test(`a training ${title} is the same whether films are changed by a loop or in the graph`, async () => {
    const of = make()
    const [loop, graph] = [await trained(of, 'loop'), await trained(of, 'graph')]
    for (const [i, record] of loop.history.entries()) {
      assert.ok(Math.abs(graph.history[i]!.trainLoss / record.trainLoss - 1) < 1e-4)
      assert.ok(Math.abs(graph.history[i]!.validationLoss / record.validationLoss - 1) < 1e-4)
    }
    for (const name of of.parameters) {
      const [a, b] = [graph.network.graph.weights[name]!, loop.network.graph.weights[name]!]
      allClose(a, b, { relative: 1e-3, name })
      assert.notDeepEqual(floats(b), floats(of.graph.weights[name]!))
    }
    assert.deepEqual(
      graph.network.graph.inputs.map(({ name }) => name),
      [imageInput],
      'what is trained and served takes no changes',
    )
  })
}

test('withAugmentation() keeps every name of the graph that it stands before', () => {
  const { graph } = onFrozen()
  const augmented = withAugmentation(graph, wanted)
  assert.deepEqual(check(augmented), [])
  assert.deepEqual(
    augmented.inputs.map(({ name }) => name),
    [imageInput, changesInput],
  )
  for (const name of Object.keys(graph.weights)) assert.equal(augmented.weights[name], graph.weights[name])
  const outputs = new Set(augmented.nodes.flatMap(node => node.outputs))
  for (const node of graph.nodes) assert.ok(node.outputs.every(name => outputs.has(name)))
})
