import type { MetricName } from './comparison-of-models.ts'

export const metricTitles: Readonly<Record<MetricName, string>> = {
  auroc: 'AUROC',
  averagePrecision: 'Average precision',
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  brier: 'Brier score',
}
