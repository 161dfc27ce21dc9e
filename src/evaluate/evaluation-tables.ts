import { percentText, type Section } from '../report/index.ts'
import { type RateName, rateNames } from '../statistics/index.ts'
import type { Evaluation } from './evaluation.ts'
import { areaText, intervalText, rangeText } from './interval-text.ts'

const rateTitles: Readonly<Record<RateName, string>> = {
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  ppv: 'Positive predictive value',
  npv: 'Negative predictive value',
  accuracy: 'Accuracy',
  f1: 'F1',
}

/** The rates at the threshold; predictive values hold at the prevalence of these films only. */
export function ratesTable({ operatingPoint, prevalence }: Evaluation): Section {
  return {
    kind: 'table',
    title: `Positive from a probability of ${areaText(operatingPoint.threshold)}, at a prevalence of ${percentText(prevalence)}`,
    columns: ['Rate', 'Value', '95% interval'],
    rows: rateNames.map(name => {
      const rate = operatingPoint.rates[name]
      return rate === null
        ? [rateTitles[name], '–', 'nothing to divide by']
        : [rateTitles[name], percentText(rate.value, 1), `${percentText(rate.low)} to ${percentText(rate.high)}`]
    }),
  }
}

export function calibrationTable({ calibration }: Evaluation): Section {
  const { brier, brierOfPrevalence, logLoss, expectedError, expectedErrorByChance, slope, intercept } = calibration
  return {
    kind: 'table',
    ...(calibration.siteShift !== undefined && {
      title: 'At the prevalence of the validation films: the stated one is of another place',
    }),
    columns: ['Measure', 'Value', 'Beside it'],
    rows: [
      ['Brier score', areaText(brier), `${areaText(brierOfPrevalence)} by saying the prevalence`],
      ['Log loss', areaText(logLoss), 'nats a film'],
      [
        'Expected calibration error',
        areaText(expectedError),
        `${areaText(expectedErrorByChance.mean)} by chance, up to ${areaText(expectedErrorByChance.high)}`,
      ],
      ['Slope', areaText(slope), '1 is right, below it is overconfident'],
      ['Intercept', areaText(intercept), '0 is right, above it says too little, below too much'],
    ],
  }
}

/** Nothing where the table states nothing. */
export function metadataSections({ auroc, metadata }: Evaluation): readonly Section[] {
  if (metadata === null) return []
  return [
    {
      kind: 'table',
      title: 'Against what metadata alone would score',
      columns: ['', 'AUROC', '95% interval'],
      rows: [
        ['Model', areaText(auroc.value), rangeText(auroc)],
        ['View, age, sex, follow-up number and size alone', areaText(metadata.auroc.value), rangeText(metadata.auroc)],
        [`Gain (paired, p ${pText(metadata.gain.p)})`, areaText(metadata.gain.value), rangeText(metadata.gain)],
      ],
    },
  ]
}

export function subgroupTable({ subgroups }: Evaluation): Section {
  return {
    kind: 'table',
    columns: ['By', 'Group', 'Positives', 'Negatives', 'AUROC (95% interval)'],
    rows: subgroups.map(({ by, group, positives, negatives, auroc }) => [
      by,
      group,
      positives,
      negatives,
      auroc === null ? 'too few films' : intervalText(auroc),
    ]),
  }
}

function pText(p: number): string {
  return p < 0.001 ? 'below 0.001' : `= ${p.toFixed(3)}`
}
