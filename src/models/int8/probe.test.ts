import assert from 'node:assert/strict'
import test from 'node:test'
import { random } from '../../core/index.ts'
import { auroc, groupedStratifiedFolds, logisticRegression, standardise } from '../../statistics/index.ts'
import { probeAuroc, probeLogits } from './probe.ts'

const films = 40
const width = 60
const draw = random(3)
const labels = Array.from({ length: films }, (_, i) => i % 2)
const patients = Array.from({ length: films }, (_, i) => `patient ${i >> 1}`)
const features = Float64Array.from({ length: films * width }, (_, i) =>
  i % width < 3 ? draw.normal() + labels[Math.floor(i / width)]! : draw.normal(),
)
const options = { folds: 4, repeats: 2, seed: 5 }

test('the probe is a logistic regression on standardised features, fitted on other patients', () => {
  const logits = probeLogits(features, { labels, patients }, options)
  for (let repeat = 0; repeat < 2; repeat++) {
    const fold = groupedStratifiedFolds({ classes: labels, groups: patients, folds: 4, seed: 5 + repeat })
    for (let tested = 0; tested < 4; tested++) {
      const rows = (wanted: (f: number) => boolean): number[] => [...fold.keys()].filter(i => wanted(fold[i]!))
      const pick = (places: readonly number[]): Float64Array =>
        Float64Array.from(places.flatMap(place => [...features.subarray(place * width, (place + 1) * width)]))
      const [train, test] = [rows(f => f !== tested), rows(f => f === tested)]
      const { apply } = standardise(pick(train), width)
      const model = logisticRegression(
        apply(pick(train)),
        train.map(i => labels[i]!),
        { l2: 100 },
      )
      model.logits(apply(pick(test))).forEach((logit, i) => {
        assert.ok(Math.abs(logits[repeat]![test[i]!]! - logit) < 1e-5)
      })
    }
  }
})

test('its score is the mean over the divisions, and the same seed gives the same', () => {
  const logits = probeLogits(features, { labels, patients }, options)
  assert.equal(probeAuroc(logits, labels), (auroc(logits[0]!, labels) + auroc(logits[1]!, labels)) / 2)
  assert.deepEqual(probeLogits(features, { labels, patients }, options), logits)
})
