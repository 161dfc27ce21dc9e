import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../src/core/index.ts'
import { pairedDifference } from './paired.ts'

const labels = Array.from({ length: 120 }, (_, film) => film % 2)
const patients = labels.map((_, film) => String(film >> 1))
const options = { labels, patients, seed: 1 }

/** Out-of-fold logits of three seeds. @param help how far positives stand above negatives, of the noise */
function runs(help: number, noise: string): readonly Float64Array[] {
  return [0, 1, 2].map(run => {
    const draw = random(run, noise)
    return Float64Array.from(labels, label => help * label + draw.normal())
  })
}

test('a recipe is no better than itself, whatever is drawn', () => {
  const own = runs(1, 'a')
  assert.deepEqual(pairedDifference(own, own, options), { difference: 0, low: 0, high: 0 })
})

test('a better recipe is told from a worse one, and the other way round', () => {
  const [better, worse] = [runs(2, 'a'), runs(0.5, 'b')]
  const gain = pairedDifference(better, worse, options)
  assert.ok(gain.low > 0 && gain.low < gain.difference && gain.difference < gain.high)
  const loss = pairedDifference(worse, better, options)
  assert.equal(loss.difference, -gain.difference)
  assert.ok(loss.high < 0)
})

test('seeds that disagree widen the interval', () => {
  const base = runs(1, 'a')
  const steady = runs(1.5, 'b')
  const moody = steady.map((logits, run) => (run === 0 ? Float64Array.from(logits, value => -value) : logits))
  const width = ({ low, high }: { low: number; high: number }): number => high - low
  assert.ok(width(pairedDifference(moody, base, options)) > 2 * width(pairedDifference(steady, base, options)))
})
