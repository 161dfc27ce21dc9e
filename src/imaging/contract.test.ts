import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { type Contract, contract, contractHash, geometryHash } from './contract.ts'

test('contract() fills in the defaults and spreads single values over the channels', () => {
  assert.deepEqual(contract({ mean: [0.5] }), {
    format: 'chestnut.contract/1',
    size: 224,
    fit: 'stretch',
    interpolation: 'area',
    channels: 3,
    order: 'rgb',
    range: [0, 1],
    mean: [0.5, 0.5, 0.5],
    deviation: [1, 1, 1],
  })
  assert.deepEqual(contract({ channels: 1 }).deviation, [1])
})

const faults: readonly (readonly [Partial<Contract>, RegExp])[] = [
  [{ size: 0 }, /"size" is 0, a whole number from 1 to 4096 is wanted/],
  [{ size: 22.5 }, /"size" is 22\.5/],
  [{ mean: [1, 2] }, /"mean" is \[1,2\], one number a channel is wanted/],
  [{ deviation: [0] }, /"deviation" is \[0,0,0\], one number above 0 a channel/],
  [{ range: [1, 1] }, /"range" is \[1,1\], two different numbers/],
  [JSON.parse('{"fit":"squash"}'), /"fit" is "squash", "stretch" or "pad" or "crop" is wanted/],
  [JSON.parse('{"format":"chestnut.contract/2"}'), /"format" is "chestnut\.contract\/2"/],
  [JSON.parse('{"sise":3}'), /"sise" is unknown/],
]

for (const [options, message] of faults) {
  test(`contract() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(
      () => contract(options),
      (error: unknown) => error instanceof Problem && message.test(error.message),
    )
  })
}

test('contractHash() changes with every member, geometryHash() with size, fit and interpolation alone', () => {
  const plain = contract()
  const changes: readonly [Partial<Contract>, boolean][] = [
    [{ size: 225 }, true],
    [{ fit: 'pad' }, true],
    [{ interpolation: 'cubic' }, true],
    [{ channels: 1 }, false],
    [{ order: 'bgr' }, false],
    [{ range: [-1, 1] }, false],
    [{ mean: [0.1] }, false],
    [{ deviation: [2] }, false],
  ]
  for (const [change, geometry] of changes) {
    assert.notEqual(contractHash(contract(change)), contractHash(plain))
    assert.equal(geometryHash(contract(change)) !== geometryHash(plain), geometry, JSON.stringify(change))
  }
})

test('hashes are stable: models carry them', () => {
  assert.equal(contractHash(contract()), '1ce42e0b13d84d9b168bbdac20e28354f7007cdb5b4d927d5667254e6f4e9fe5')
  assert.equal(geometryHash(contract()), '738753701fd2658a9ed220e5671d548cd2f9d92bcc48aaa9c1b42f601820940a')
})
