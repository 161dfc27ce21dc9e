import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { elements, packageRoot } from '../src/core/index.ts'
import { network } from '../src/models/index.ts'
import { loadConfig } from '../src/project/index.ts'

test("examples/guide trains the weights that the guide trains, from Keras' start, with its dropout", async () => {
  const { config } = await loadConfig(join(packageRoot(), 'examples', 'guide'))
  const { backbone, head, train } = config
  assert.ok(backbone.kind === 'pretrained' && head.kind === 'dense')
  const { cut, trainFrom, contract } = backbone
  const made = network({
    backbone: { kind: 'untrained', network: 'vgg16', cut, trainFrom, contract },
    head,
    classes: ['Pneumonia'],
    seed: 1,
  })
  const count = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + elements(made.graph.weights[name]!.shape), 0)
  const ofHead = made.parameters.filter(name => name.startsWith('head/'))
  // What Keras' model.summary() says of the layers.
  assert.equal(count(ofHead), 26_347_521)
  assert.equal(count(made.parameters) - count(ofHead), 2_359_808)
  assert.deepEqual(
    made.dropouts.map(({ rate }) => rate),
    [0.5, 0.3, 0.3, 0.3],
  )
  assert.equal(head.initial, 'glorot-uniform')
  assert.deepEqual(train.optimizer, { kind: 'adam', epsilon: 1e-7, epsilonFirst: true })
  assert.deepEqual(made.contract.mean, [0, 0, 0])
  assert.deepEqual(train.augmentation, { keras: {} })
})
