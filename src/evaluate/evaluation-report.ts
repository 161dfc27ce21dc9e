import { type Chart, type Figure, percentText, type Report, type Section } from '../report/index.ts'
import type { Interval } from '../statistics/index.ts'
import type { Evaluation, MetadataGain } from './evaluation.ts'
import { calibrationChart, confusionChart, prChart, rocChart } from './evaluation-charts.ts'
import { calibrationTable, metadataSections, ratesTable, subgroupTable } from './evaluation-tables.ts'
import { warningsOf } from './evaluation-warnings.ts'
import { areaText, intervalText, rangeText } from './interval-text.ts'

/** An evaluation as a page: headline figures with their baselines, warnings, curves, and who the model works for. */
export function evaluationReport(evaluation: Evaluation): Report {
  return {
    title: `How well ${evaluation.target} is told`,
    subtitle: `${evaluation.comparison}.`,
    sections: [...evaluationSections(evaluation, 2), { kind: 'text', markdown: `${method} ${noDiagnosis}` }],
  }
}

/** What a report says of one finding. @param level of its headings */
export function evaluationSections(evaluation: Evaluation, level: 2 | 3): readonly Section[] {
  const heading = (text: string): Section => ({ kind: 'heading', text, level })
  return [
    headline(evaluation),
    ...warningsOf(evaluation).map((markdown): Section => ({ kind: 'warning', markdown })),
    heading('Ranking'),
    row(chart('ROC curve', rocChart(evaluation)), chart('Precision and recall', prChart(evaluation))),
    ...metadataSections(evaluation),
    heading('At the threshold'),
    row(chart('Answers and labels', confusionChart(evaluation)), ratesTable(evaluation)),
    heading('Can the probabilities be believed?'),
    row(chart('Calibration', calibrationChart(evaluation)), calibrationTable(evaluation)),
    ...(evaluation.subgroups.length === 0 ? [] : [heading('For whom does it work?'), subgroupTable(evaluation)]),
  ]
}

/** How the numbers of a report were made. */
export const method: string =
  'Intervals are 95% and know that films of one patient resemble each other: Obuchowski 1997 on the logit scale for AUROC, ' +
  'resampling of patients for the rest. The threshold and the calibration were chosen on validation films.'

export const noDiagnosis = 'Research only, not for diagnosis.'

function headline({ auroc, averagePrecision, prevalence, operatingPoint, metadata }: Evaluation): Section {
  const { sensitivity, specificity } = operatingPoint.rates
  return {
    kind: 'figures',
    items: [
      { label: 'AUROC', value: areaText(auroc.value), note: rangeText(auroc) },
      ...(metadata === null ? [] : [metadataFigure(metadata)]),
      {
        label: 'Average precision',
        value: areaText(averagePrecision.value),
        note: `prevalence ${areaText(prevalence)}`,
      },
      ...rateFigure('Sensitivity', sensitivity),
      ...rateFigure('Specificity', specificity),
    ],
  }
}

export function metadataFigure({ auroc, gain }: MetadataGain): Figure {
  return { label: 'Metadata alone', value: areaText(auroc.value), note: `the model gains ${intervalText(gain)}` }
}

function rateFigure(label: string, rate: Interval | null): readonly Figure[] {
  if (rate === null) return []
  return [{ label, value: percentText(rate.value), note: `${percentText(rate.low)} to ${percentText(rate.high)}` }]
}

function chart(title: string, data: Chart): Section {
  return { kind: 'chart', title, chart: data }
}

function row(...sections: readonly Section[]): Section {
  return { kind: 'row', sections }
}
