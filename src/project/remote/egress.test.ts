import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../core/index.ts'
import { parseConfig } from '../config.ts'
import { checkEgress, mayLeave } from './egress.ts'

const films = { kind: 'nih', images: 'films' }
const rented = { kind: 'scaleway' } as const

test('nothing leaves unless the configuration says so', () => {
  assert.throws(() => checkEgress(parseConfig({ data: films }), rented, 'train', 'gpu'), {
    name: 'Refusal',
    message: /needs the films as pixels, with labels and facts, and by "egress" nothing may leave this computer$/,
  })
  assert.throws(() => checkEgress(parseConfig({ data: films, egress: 'features' }), rented, 'prepare', 'cpu'), Refusal)
  checkEgress(parseConfig({ data: films, egress: 'pixels' }), rented, 'train', 'gpu')
})

test('where features may leave, a training may start elsewhere if there are any, and a bucket gets them', () => {
  const features = { data: films, egress: 'features' }
  checkEgress(parseConfig(features), rented, 'train', 'gpu')
  checkEgress(parseConfig({ ...features, train: { augmentation: { rotate: 5, pool: 4 } } }), rented, 'train', 'gpu')
  assert.throws(
    () => checkEgress(parseConfig({ ...features, train: { augmentation: { rotate: 5 } } }), rented, 'train', 'gpu'),
    /^Refusal: Cannot run "train" on "gpu": films are changed anew in every epoch, .* only features of them may leave$/,
  )
  assert.throws(() => checkEgress(parseConfig(features), rented, 'evaluate', 'gpu'), {
    message: /by "egress" only features of films may, from which "train" alone can start$/,
  })
  assert.deepEqual(
    ['head', 'train'].map(stage => mayLeave(parseConfig(features), stage)),
    [true, false],
  )
})

test('what may not leave this computer goes by no bucket', () => {
  assert.equal(mayLeave(parseConfig({ data: films }), 'train'), false)
  assert.equal(mayLeave(parseConfig({ data: films, egress: 'pixels' }), 'train'), true)
  assert.equal(mayLeave(parseConfig({}), 'train'), true)
})

test('drawn films may leave, and this computer is nowhere else', () => {
  checkEgress(parseConfig({}), rented, 'train', 'gpu')
  checkEgress(parseConfig({ data: films }), { kind: 'local' }, 'train', 'here')
})
