import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKeyPair } from './key-pair.ts'

test('every pair of keys is whole: its public part has 32 bytes, also when the first of them is zero', async () => {
  for (let i = 0; i < 1500; i++) {
    const { privateKey, publicKey } = await newKeyPair()
    const [kind, blob = '', comment] = publicKey.split(' ')
    assert.deepEqual([kind, Buffer.from(blob, 'base64').length, comment], ['ssh-ed25519', 51, 'chestnut'])
    assert.match(privateKey, /^-----BEGIN OPENSSH PRIVATE KEY-----\n/)
  }
})
