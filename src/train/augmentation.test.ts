import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Augmentation, changesNothing, drawAugmentation } from './augmentation.ts'

test('augmentation is nothing when it is absent, empty or zero', () => {
  assert.ok(changesNothing(undefined))
  assert.ok(changesNothing({}))
  assert.ok(changesNothing({ rotate: 0, flip: false }))
  assert.ok(!changesNothing({ flip: true }))
})

test('draws stay in their ranges, repeat with seed, film and epoch, and do not disturb each other', () => {
  const ranges: Augmentation = { rotate: 10, shift: 0.1, scale: 0.2, brightness: 0.3, contrast: 0.4 }
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, film, epoch) => {
      const place = { seed, film, epoch }
      const draw = drawAugmentation(ranges, place)
      assert.ok(Math.abs(draw.radians) <= (10 * Math.PI) / 180)
      assert.ok(Math.abs(draw.shiftX) <= 0.1 && Math.abs(draw.shiftY) <= 0.1)
      assert.ok(Math.abs(draw.zoom - 1) <= 0.2 && Math.abs(draw.brightness) <= 0.3)
      assert.equal(draw.mirror, false)
      assert.deepEqual(drawAugmentation(ranges, place), draw)
      assert.equal(drawAugmentation({ contrast: 0.4 }, place).contrast, draw.contrast)
    }),
  )
})
