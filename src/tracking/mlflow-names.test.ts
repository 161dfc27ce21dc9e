import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { mlflowValue, namedForMlflow } from './mlflow-names.ts'

test('whatever a setting or a finding is called: MLflow takes the name, and no two values share one', () => {
  const name = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a-z./ &_]{0,12}$/),
    fc.string({ minLength: 240, maxLength: 300 }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 30 }), names => {
      const named = namedForMlflow(names.map(each => [each, each] as const))
      assert.deepEqual(
        named.map(([, value]) => value),
        names,
      )
      assert.equal(new Set(named.map(([key]) => key)).size, names.length)
      for (const [key] of named) {
        assert.match(key, /^[A-Za-z0-9_\-. /]{1,250}$/)
        assert.equal(posix.normalize(key), key)
        assert.ok(!key.startsWith('/') && !key.split('/').includes('..'))
      }
    }),
    { numRuns: 500 },
  )
})

test('names that MLflow takes stay as they are; long values are cut', () => {
  assert.deepEqual(
    namedForMlflow([
      ['train.epochs', 1],
      ['epoch/loss', 2],
    ]).map(([key]) => key),
    ['train.epochs', 'epoch/loss'],
  )
  assert.equal(mlflowValue('x'.repeat(6000)).length, 6000)
  assert.equal(mlflowValue('x'.repeat(6001)), `${'x'.repeat(5999)}…`)
})
