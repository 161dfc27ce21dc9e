import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../core/index.ts'
import { parseConfig } from '../config.ts'
import { checkEgress } from './egress.ts'

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

test('drawn films may leave, and this computer is nowhere else', () => {
  checkEgress(parseConfig({}), rented, 'train', 'gpu')
  checkEgress(parseConfig({ data: films }), { kind: 'local' }, 'train', 'here')
})
