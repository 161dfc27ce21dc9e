import { throwIfAborted } from '../core/index.ts'
import type { CachedFilms, FilmRow } from '../dataset/index.ts'
import type { Classifier } from '../models/index.ts'
import type { Workspace } from './workspace.ts'

/** What a model said of films; all arrays have one length. */
export interface Judgement {
  readonly rows: readonly FilmRow[]
  /** One a class, in the model's order. */
  readonly classes: readonly ClassJudgement[]
  /** Of the first class. */
  readonly logits: Float64Array
  readonly probabilities: Float64Array
  /** Films that could not be read. */
  readonly bad: number
}

/** One value a film. */
export interface ClassJudgement {
  readonly logits: Float64Array
  readonly probabilities: Float64Array
}

const batch = 16

/** Asks a classifier about films, some at a time. */
export async function classifyRows(
  workspace: Workspace,
  classifier: Classifier,
  films: CachedFilms,
  task: string,
): Promise<Judgement> {
  const { rows } = films
  const classes = classifier.card.classes.map(() => ({
    logits: new Float64Array(rows.length),
    probabilities: new Float64Array(rows.length),
  }))
  for (let start = 0; start < rows.length; start += batch) {
    throwIfAborted(workspace.signal)
    const indices = Array.from({ length: Math.min(batch, rows.length - start) }, (_, i) => start + i)
    const read = await Promise.all(indices.map(index => films.read(index)))
    const readings = await classifier.classify(read, { signal: workspace.signal })
    readings.forEach(({ answers }, i) => {
      answers.forEach(({ logit, probability }, k) => {
        classes[k]!.logits[start + i] = logit
        classes[k]!.probabilities[start + i] = probability
      })
    })
    workspace.progress({ kind: 'progress', task, done: start + read.length, total: rows.length, unit: 'films' })
  }
  return { rows, classes, ...classes[0]!, bad: films.bad.length }
}
