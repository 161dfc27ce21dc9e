import { percentText, type Section, spaced } from '../report/index.ts'
import type { FindingResult, FindingsEvaluation } from './findings-evaluation.ts'
import { areaText, intervalText } from './interval-text.ts'

/** One line a finding. */
export function findingsTable({ findings }: FindingsEvaluation): Section {
  const withMetadata = findings.some(({ evaluation }) => (evaluation?.metadata ?? null) !== null)
  return {
    kind: 'table',
    title: 'Sensitivity and specificity are at the threshold of each finding',
    columns: [
      'Finding',
      'Films',
      'Positives',
      'Unlabelled',
      'AUROC (95%)',
      ...(withMetadata ? ['Metadata'] : []),
      'Average precision',
      'Sensitivity',
      'Specificity',
      'Slope',
      'Intercept',
    ],
    rows: findings.map(finding => [
      `${spaced(finding.target)}${finding.leftOut === null ? '' : '\u00a0†'}`,
      finding.films,
      finding.positives,
      finding.unlabelled,
      ...judged(finding, withMetadata),
    ]),
  }
}

const unknown = '–'

function judged({ evaluation }: FindingResult, withMetadata: boolean): readonly string[] {
  if (evaluation === null) return new Array<string>(withMetadata ? 7 : 6).fill(unknown)
  const { auroc, metadata, averagePrecision, operatingPoint, calibration } = evaluation
  const { sensitivity, specificity } = operatingPoint.rates
  return [
    unbroken(intervalText(auroc)),
    ...(withMetadata ? [metadata === null ? unknown : areaText(metadata.auroc.value)] : []),
    areaText(averagePrecision.value),
    sensitivity === null ? unknown : percentText(sensitivity.value),
    specificity === null ? unknown : percentText(specificity.value),
    calibration.slope.toFixed(2),
    calibration.intercept.toFixed(2),
  ]
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}
