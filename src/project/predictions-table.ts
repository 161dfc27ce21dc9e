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
  const header = targets.flatMap(target =>
    columns.map(column => (targets.length === 1 ? column : csvCell(`${column}.${target}`))),
  )
  const lines = rows.map((row, i) => {
    const cells = targets.flatMap((target, k) => {
      const place = i * targets.length + k
      const probability = probabilities[place] ?? Number.NaN
      return [row.labels[target] ?? '', logits[place], probability, Number(probability >= (thresholds[k] ?? 0.5))]
    })
    return [row.row, ...cells].join(',')
  })
  return `${[['row', ...header].join(','), ...lines].join('\n')}\n`
}
