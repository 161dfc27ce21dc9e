import { throwIfAborted } from '../core/index.ts'
import type { CachedFilms } from '../dataset/index.ts'
import type { Classifier } from '../models/index.ts'
import type { Judgement } from './judgement.ts'
import type { Workspace } from './workspace.ts'

const batch = 16

/** Asks a classifier about films, some at a time. */
export async function classifyRows(
  workspace: Workspace,
  classifier: Classifier,
  films: CachedFilms,
  task: string,
): Promise<Judgement> {
  const { rows } = films
  const targets = classifier.card.classes
  const logits = new Float64Array(rows.length * targets.length)
  const probabilities = new Float64Array(rows.length * targets.length)
  for (let start = 0; start < rows.length; start += batch) {
    throwIfAborted(workspace.signal)
    const indices = Array.from({ length: Math.min(batch, rows.length - start) }, (_, i) => start + i)
    const read = await Promise.all(indices.map(index => films.read(index)))
    const readings = await classifier.classify(read, { signal: workspace.signal })
    readings.forEach(({ answers }, i) => {
      const place = (start + i) * targets.length
      logits.set(
        answers.map(({ logit }) => logit),
        place,
      )
      probabilities.set(
        answers.map(({ probability }) => probability),
        place,
      )
    })
    workspace.progress({ kind: 'progress', task, done: start + read.length, total: rows.length, unit: 'films' })
  }
  return { rows, targets, logits, probabilities, bad: films.bad.length }
}
