import { random } from '../../core/index.ts'
import { sigmoid } from '../../statistics/index.ts'
import { evaluate } from '../evaluate.ts'
import { judgedFilms } from '../judged.test.fixture.ts'
import { type CompareInput, compareModels } from './compare-models.ts'
import type { Judgeable } from './gates.ts'

/** A model, and one that is worse by so much noise on its logits. */
export function twoModels(options: { readonly films: number; readonly noise: number }): CompareInput {
  const { target, comparison, scores, probabilities, labels, patients, facts, threshold } = judgedFilms(options)
  const draw = random(2, 'the other model')
  const noisy = Float64Array.from(scores, score => score + options.noise * draw.normal())
  return {
    target,
    comparison,
    labels,
    patients,
    facts,
    current: { scores: noisy, probabilities: noisy.map(sigmoid), threshold, siteShift: 0 },
    base: { scores, probabilities, threshold, siteShift: 0 },
    seed: 1,
    draws: 200,
  }
}

/** What is known of a change whose model is a little noisier than its base. */
export function change(options: { readonly films?: number; readonly noise?: number } = {}): Judgeable {
  const { films = 400, noise = 0.3 } = options
  const models = twoModels({ films, noise })
  const { target, comparison, labels, patients, facts, current } = models
  const evaluation = evaluate({ target, comparison, labels, patients, facts, ...current, seed: 1, draws: 200 })
  return {
    name: 'pneumonia',
    commit: 'ab'.repeat(20),
    base: { kind: 'model', reference: 'pneumonia@1', digest: 'f'.repeat(64), isSame: false, isKnown: true, untold: [] },
    testing: { films, patients: films / 2, compared: films, leftOut: { films: 0, patients: 0 }, unread: 0 },
    findings: [{ target, comparison, evaluation, counts: true, compared: compareModels(models) ?? null }],
    mean: null,
    data: { diff: null, leaks: { patients: 0, testingFilms: 0, rate: 0, copies: 0, copiesAcross: 0 } },
    training: {
      current: {
        bestEpoch: 2,
        epochs: [
          { epoch: 1, trainLoss: 0.7, validationLoss: 0.71, validationAuroc: 0.6 },
          { epoch: 2, trainLoss: 0.5, validationLoss: 0.61, validationAuroc: 0.8 },
        ],
      },
      base: null,
    },
    bill: {
      stages: [
        { stage: 'prepare', seconds: 3, where: 'EPYC, 2 cores', euros: 0, base: null },
        { stage: 'train', seconds: 620, where: 'scaleway L4-1-24G', euros: 0.31, base: { seconds: 500, euros: 0.27 } },
      ],
      euros: 0.31,
    },
    machines: { left: 0, others: 0, silent: [] },
  }
}
