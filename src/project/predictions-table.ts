import { Problem } from '../core/index.ts'
import { csvCell } from '../dataset/index.ts'
import type { Judgement } from './judgement.ts'

const columns = ['label', 'logit', 'probability', 'positive'] as const

/**
 * What was said of each film, by the number of its row in the table: no name leaves the data. Of one target the columns are
 * `label`, `logit`, `probability` and `positive`; of several `label.Pneumonia` and so on. A film without a label has none here.
 *
 * @param thresholds one a target
 */
export function predictionsTable(judgement: Judgement, thresholds: readonly number[]): string {
  const { rows, targets, logits, probabilities } = judgement
  const lines = rows.map((row, i) => {
    const cells = targets.flatMap((target, k) => {
      const place = i * targets.length + k
      const probability = probabilities[place] ?? Number.NaN
      return [row.labels[target] ?? '', logits[place], probability, Number(probability >= (thresholds[k] ?? 0.5))]
    })
    return [row.row, ...cells].join(',')
  })
  return `${[headerOf(targets), ...lines].join('\n')}\n`
}

function headerOf(targets: readonly string[]): string {
  const names = targets.flatMap(target =>
    columns.map(column => (targets.length === 1 ? column : csvCell(`${column}.${target}`))),
  )
  return ['row', ...names].join(',')
}

/** What a model said of one film; one a target. */
export interface FilmAnswers {
  readonly logits: readonly number[]
  readonly probabilities: readonly number[]
}

/**
 * The answers of a table of predictions, by the film's row.
 *
 * @param targets of the model that made them
 * @throws Problem when it is a table of other targets
 */
export function readPredictions(csv: string, targets: readonly string[]): ReadonlyMap<number, FilmAnswers> {
  const [header = '', ...lines] = csv.trimEnd().split('\n')
  if (header !== headerOf(targets)) {
    throw new Problem('Cannot read the predictions: they are of other findings than the model tells', {
      next: 'chestnut evaluate --force',
    })
  }
  return new Map(
    lines.map(line => {
      const [row, ...cells] = line.split(',').map(Number)
      const at = (column: number): number[] => targets.map((_, k) => cells[k * columns.length + column] ?? Number.NaN)
      return [row!, { logits: at(columns.indexOf('logit')), probabilities: at(columns.indexOf('probability')) }]
    }),
  )
}
