import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elements, float32, floats, int64, numbers, scalar, tensor } from './tensor.ts'

test('elements() is the product of the sizes, 1 for a scalar, 0 with an empty dimension', () => {
  assert.equal(elements([2, 3, 4]), 24)
  assert.equal(elements([]), 1)
  assert.equal(elements([5, 0, 2]), 0)
})

test('tensor() refuses data that do not fill the shape', () => {
  assert.throws(() => tensor('float32', [2, 2], new Float32Array(3)), /it holds 4 elements, 3 were given/)
})

test('the makers give the element type of their name', () => {
  assert.deepEqual(float32([2], [1, 0.5]), { dtype: 'float32', shape: [2], data: Float32Array.of(1, 0.5) })
  assert.deepEqual(int64([2], [1, 2n]), { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 2n) })
  assert.deepEqual(scalar(3).shape, [])
})

test('floats() gives the data itself and refuses other types', () => {
  const data = Float32Array.of(1, 2)
  assert.equal(floats(float32([2], data)), data)
  assert.throws(() => floats(int64([1], [1])), TypeError)
})

test('numbers() reads every numeric type and refuses texts and raw halves', () => {
  assert.deepEqual(numbers(int64([2], [1, -2])), [1, -2])
  assert.throws(() => numbers(tensor('string', [1], ['a'])), TypeError)
  assert.throws(() => numbers(tensor('float16', [1], new Uint16Array(1))), TypeError)
})

test('the largest whole number stays the largest when it comes as a number', () => {
  const largest = 2n ** 63n - 1n
  assert.deepEqual(int64([2], [Number(largest), -5]).data, BigInt64Array.of(largest, -5n))
})
