import type { Axis, LinesChart, MatrixChart } from '../report/index.ts'
import type { Evaluation } from './evaluation.ts'

const share = (title: string): Axis => ({ title, domain: [0, 1], style: 'number' })

export function rocChart({ curves, operatingPoint, target }: Evaluation): LinesChart {
  const { sensitivity, specificity } = operatingPoint.rates
  return {
    kind: 'lines',
    x: share('1 − specificity'),
    y: share('Sensitivity'),
    series: [{ name: target, points: curves.roc.map(({ fpr, tpr }) => [fpr, tpr]) }],
    diagonal: true,
    ...(sensitivity === null || specificity === null
      ? {}
      : { marks: [{ x: 1 - specificity.value, y: sensitivity.value, label: 'threshold' }] }),
  }
}

export function prChart({ curves, prevalence, target }: Evaluation): LinesChart {
  return {
    kind: 'lines',
    x: share('Recall (sensitivity)'),
    y: share('Precision (PPV)'),
    series: [
      { name: target, points: curves.pr.map(({ recall, precision }) => [recall, precision]) },
      {
        name: 'prevalence',
        points: [
          [0, prevalence],
          [1, prevalence],
        ],
        dashed: true,
      },
    ],
  }
}

export function calibrationChart({ calibration, target }: Evaluation): LinesChart {
  return {
    kind: 'lines',
    x: share('Probability said'),
    y: share('Share of positives'),
    series: [{ name: target, points: calibration.bins.map(({ predicted, observed }) => [predicted, observed]) }],
    diagonal: true,
  }
}

export function confusionChart({ operatingPoint, target }: Evaluation): MatrixChart {
  const { tp, fp, tn, fn } = operatingPoint.confusion
  return {
    kind: 'matrix',
    rowTitle: 'Label',
    columnTitle: 'Answer',
    rows: [target, `No ${target}`],
    columns: [target, `No ${target}`],
    values: [
      [tp, fn],
      [fp, tn],
    ],
  }
}
