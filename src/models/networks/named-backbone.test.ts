import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats, type Tensors } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check } from '../../graph/index.ts'
import type { Backbone } from '../network.ts'
import { imageInput } from '../network.ts'
import type { Weights } from '../weights/weights.ts'
import { distance, drawnState, type LibraryCase, libraryCases, mixed } from './drawn.test.fixture.ts'
import { definitions } from './named.ts'
import { type NamedOptions, pretrainedBackbone } from './named-backbone.ts'
import type { NetworkName } from './names.ts'

const size = 64

const named = (network: string, rest: Omit<NamedOptions, 'network' | 'definition'> = {}): NamedOptions => ({
  network,
  definition: definitions[network as NetworkName],
  contract: { size },
  ...rest,
})

const weightsOf = (of: LibraryCase, tensors: Tensors = drawnState(of)): Weights => ({
  format: of.library === 'Keras' ? 'keras' : 'pytorch',
  tensors,
  about: {},
})

async function featuresOf({ graph, contract, features }: Backbone): Promise<Float32Array> {
  await using program = await onnxRuntime().load(graph)
  const image = float32([1, contract.channels, size, size], mixed(9999, contract.channels * size * size))
  return floats((await program.run({ [imageInput]: image }))[features]!)
}

for (const of of libraryCases) {
  test(`${of.network} gives the features of ${of.library} from its weights`, async () => {
    const backbone = pretrainedBackbone(named(of.network), weightsOf(of), 'file')
    assert.deepEqual(check(backbone.graph), [])
    assert.deepEqual(backbone.featureShape, ['N', ...of.features.shape.slice(1)])
    const found = distance(await featuresOf(backbone), of.features)
    assert.ok(found <= 1e-4, `differs by ${found} of the largest`)
  })
}
