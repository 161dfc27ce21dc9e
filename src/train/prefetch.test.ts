import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { prefetch } from './prefetch.ts'

test('prefetch() keeps the order and is one item ahead', async () => {
  const made: number[] = []
  const make = async (item: number): Promise<number> => {
    made.push(item)
    await setTimeout(item % 2)
    return item * 10
  }
  const seen: number[] = []
  for await (const value of prefetch([1, 2, 3, 4], make)) {
    seen.push(value)
    assert.equal(made.length, Math.min(4, seen.length + 1))
  }
  assert.deepEqual(seen, [10, 20, 30, 40])
})

test('prefetch() of nothing ends at once', async () => {
  for await (const _ of prefetch([], async () => 1)) assert.fail('there is nothing')
})

test('prefetch() throws the error of an item when its turn has come', async () => {
  const make = async (item: number): Promise<number> => {
    if (item === 2) throw new Error('item 2 is bad')
    return item
  }
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const value of prefetch([1, 2, 3], make)) seen.push(value)
  }, /item 2 is bad/)
  assert.deepEqual(seen, [1])
})

test('prefetch() waits for the item in the making when its reader stops early', async () => {
  let making = 0
  const make = async (item: number): Promise<number> => {
    making++
    await setTimeout(5)
    making--
    return item
  }
  for await (const _ of prefetch([1, 2, 3], make)) break
  assert.equal(making, 0)
})
