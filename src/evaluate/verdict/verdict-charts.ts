import { type Chart, type Section, spaced } from '../../report/index.ts'
import type { ComparedMetric } from './comparison-of-models.ts'
import { metricTitles } from './metric-titles.ts'
import type { FindingVerdict, TrainingCurves, Verdict } from './verdict.ts'

/** The curves of both models; nothing where there are none. */
export function rocSections({ findings, base }: Verdict): readonly Section[] {
  const [finding, ...others] = findings
  if (finding === undefined || others.length > 0) return []
  const chart = rocChart(finding, nameOfBase(base))
  return chart === undefined ? [] : [{ kind: 'chart', title: 'ROC curve', chart, pictureOnly: true }]
}

export function rocChart({ evaluation, compared }: FindingVerdict, nameOfBase: string): Chart | undefined {
  const current = compared?.roc.current ?? evaluation?.curves.roc
  if (current === undefined) return undefined
  const points = (roc: typeof current) => roc.map(({ fpr, tpr }) => [fpr, tpr] as const)
  return {
    kind: 'lines',
    x: { title: '1 − specificity', domain: [0, 1] },
    y: { title: 'Sensitivity', domain: [0, 1] },
    series: [
      { name: thisChange, points: points(current) },
      ...(compared === null ? [] : [{ name: nameOfBase, points: points(compared.roc.base), dashed: true }]),
    ],
    diagonal: true,
  }
}

const thisChange = 'this change'

/** How a table or a legend calls the base. */
export function nameOfBase(base: Verdict['base']): string {
  return base.kind === 'none' ? 'base' : base.reference
}

/** Differences where more is better, one below the other; of several findings the AUROC of each. */
export function differencesChart(findings: readonly FindingVerdict[]): Chart | undefined {
  const rows = findings.length === 1 ? ofMetrics(findings[0]?.compared?.metrics ?? []) : ofFindings(findings)
  if (rows.length === 0) return undefined
  const widest = Math.max(0.01, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]))
  return {
    kind: 'intervals',
    value: { title: 'this change minus the base', domain: [-1.08 * widest, 1.08 * widest] },
    rows,
    rules: [{ x: 0, label: 'no change' }],
  }
}

type Row = Extract<Chart, { kind: 'intervals' }>['rows'][number]

function ofMetrics(metrics: readonly ComparedMetric[]): readonly Row[] {
  return metrics
    .filter(({ metric }) => metric !== 'brier')
    .map(({ metric, difference: { value, low, high } }) => ({ name: metricTitles[metric], value, low, high }))
}

function ofFindings(findings: readonly FindingVerdict[]): readonly Row[] {
  return findings.flatMap(({ target, counts, compared }) => {
    const found = compared?.metrics.find(({ metric }) => metric === 'auroc')
    if (found === undefined || !counts) return []
    const { value, low, high } = found.difference
    return [{ name: spaced(target), value, low, high }]
  })
}

export interface TitledChart {
  readonly title: string
  readonly chart: Chart
}

/** Loss and AUROC over the epochs, with those of the base. */
export function trainingCharts({ training, base }: Verdict): readonly TitledChart[] {
  const { current } = training
  if (current === null) return []
  const name = nameOfBase(base)
  const other = base.kind === 'model' && base.isSame ? null : training.base
  const chart = (title: string, series: Extract<Chart, { kind: 'lines' }>['series']): Chart => ({
    kind: 'lines',
    x: { title: 'epoch', style: 'count' },
    y: { title },
    series,
    rules: [{ x: current.bestEpoch, label: 'best' }],
  })
  const of = (curves: TrainingCurves, value: (point: TrainingCurves['epochs'][number]) => number | null) =>
    curves.epochs.flatMap(point => {
      const y = value(point)
      return y === null ? [] : [[point.epoch, y] as const]
    })
  const loss = chart('loss', [
    { name: 'training', points: of(current, point => point.trainLoss) },
    { name: 'validation', points: of(current, point => point.validationLoss) },
    ...(other === null
      ? []
      : [{ name: `validation of ${name}`, points: of(other, point => point.validationLoss), dashed: true }]),
  ])
  const area = of(current, point => point.validationAuroc)
  if (area.length === 0) return [{ title: 'Loss', chart: loss }]
  const otherArea = other === null ? [] : of(other, point => point.validationAuroc)
  const areas = chart('AUROC on validation films', [
    { name: thisChange, points: area },
    ...(otherArea.length === 0 ? [] : [{ name, points: otherArea, dashed: true }]),
  ])
  return [
    { title: 'Loss', chart: loss },
    { title: 'AUROC on validation films', chart: areas },
  ]
}

/** What fits on one picture: the curves, the differences, the training. */
export function verdictCharts(verdict: Verdict): readonly TitledChart[] {
  const differences = differencesChart(verdict.findings)
  const roc = rocSections(verdict).flatMap(section =>
    section.kind === 'chart' ? [{ title: section.title, chart: section.chart }] : [],
  )
  return [
    ...roc,
    ...(differences === undefined ? [] : [{ title: 'This change minus the base', chart: differences }]),
    ...trainingCharts(verdict).slice(0, 1),
  ]
}
