import { evaluationMetrics, metadataMetrics } from './evaluation-metrics.ts'
import type { FindingsEvaluation } from './findings-evaluation.ts'

/** Of an evaluation's numbers those that are kept for each finding, as `auroc.Pneumonia`. */
const ofEach: ReadonlySet<string> = new Set([
  'auroc',
  'aurocLow',
  'aurocHigh',
  'averagePrecision',
  'sensitivity',
  'specificity',
  'threshold',
  'metadataAuroc',
])

/** The headline numbers, flat: `auroc` is the mean over findings, `auroc.Pneumonia` that of one. */
export function findingsMetrics({ mean, findings }: FindingsEvaluation): Readonly<Record<string, number>> {
  const each = findings.flatMap(({ target, evaluation }) =>
    evaluation === null
      ? []
      : Object.entries(evaluationMetrics(evaluation))
          .filter(([name]) => ofEach.has(name))
          .map(([name, value]) => [`${name}.${target}`, value] as const),
  )
  return { ...(mean === null ? {} : meanMetrics(mean)), findings: findings.length, ...Object.fromEntries(each) }
}

function meanMetrics({
  auroc,
  metadata,
  findings,
}: NonNullable<FindingsEvaluation['mean']>): Readonly<Record<string, number>> {
  return {
    auroc: auroc.value,
    aurocLow: auroc.low,
    aurocHigh: auroc.high,
    averaged: findings.length,
    ...metadataMetrics(metadata),
  }
}
