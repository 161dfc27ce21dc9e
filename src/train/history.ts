import { checkStamp, Problem, stamp } from '../core/index.ts'
import type { Chart } from '../report/index.ts'
import type { EpochRecord, Trained } from './plan.ts'

const kind = 'history'
const version = 1

/** A training in numbers: what history.json holds. */
export interface History {
  /** chestnut.history/1 */
  readonly format: string
  readonly bestEpoch: number
  readonly epochs: readonly EpochRecord[]
}

export function historyOf({ history, bestEpoch }: Pick<Trained, 'history' | 'bestEpoch'>): History {
  return { format: stamp(kind, version), bestEpoch, epochs: history }
}

/** @throws {Problem} when the file is not a history, or a newer Chestnut wrote it */
export function readHistory(json: string): History {
  const found: History | null = JSON.parse(json)
  checkStamp(found?.format, kind, version)
  if (!Array.isArray(found?.epochs)) throw new Problem('Cannot read the history: it holds no epochs')
  return found
}

/** Loss and accuracy over the epochs, side by side as in the guide's history.png. */
export function historyCharts({
  epochs,
  bestEpoch,
}: History): readonly { readonly title: string; readonly chart: Chart }[] {
  const curve = (name: string, value: (record: EpochRecord) => number) => ({
    name,
    points: epochs.map((record): readonly [number, number] => [record.epoch, value(record)]),
  })
  const chart = (title: string, series: Extract<Chart, { kind: 'lines' }>['series']): Chart => ({
    kind: 'lines',
    x: { title: 'epoch' },
    y: { title },
    series,
    rules: [{ x: bestEpoch, label: 'best' }],
  })
  return [
    {
      title: 'Loss',
      chart: chart('loss', [
        curve('training', record => record.trainLoss),
        curve('validation', record => record.validationLoss),
      ]),
    },
    {
      title: 'Accuracy',
      chart: chart('accuracy', [
        curve('training', record => record.trainAccuracy),
        curve('validation', record => record.validationAccuracy),
      ]),
    },
  ]
}
