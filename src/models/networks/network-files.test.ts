import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { imageInput } from '../network.ts'
import { readWeights } from '../weights/read-weights.ts'
import { densenet } from './densenet.ts'
import { distance, fixture, mixed, type Sampled } from './drawn.test.fixture.ts'
import { pretrainedBackbone } from './named-backbone.ts'

/** The narrow network of fixtures/files.py. */
const definition = densenet({ blocks: [2, 1, 1, 2], growth: 4, width: 8 })
const answers: Readonly<Record<string, Sampled>> = JSON.parse(fixture('files/files.json').toString())

for (const [file, channels, origin] of [
  ['densenet.pth', 3, 'a checkpoint with a state dict of torchvision'],
  ['chest.pt', 1, 'a whole module of torchxrayvision'],
] as const) {
  test(`${origin} becomes a backbone with its features and its contract`, async () => {
    const weights = await readWeights(fixture(`files/${file}`), file)
    const options = { network: 'small', definition, contract: { size: 64 } }
    const { graph, contract, features } = pretrainedBackbone(options, weights, file)
    assert.equal(contract.channels, channels)
    assert.deepEqual(contract.range, channels === 1 ? [-1024, 1024] : [0, 1])
    await using program = await onnxRuntime().load(graph)
    const image = float32([1, channels, 64, 64], mixed(9999, channels * 64 * 64))
    const outputs = await program.run({ [imageInput]: image })
    assert.ok(distance(floats(outputs[features]!), answers[file]!) <= 1e-4)
  })
}
