import { type Chart, countText, type Report, type Section, spaced } from '../report/index.ts'
import { evaluationSections, metadataFigure, method, noDiagnosis } from './evaluation-report.ts'
import type { FindingResult, FindingsEvaluation, FindingsMean } from './findings-evaluation.ts'
import { findingsTable } from './findings-table.ts'
import { findingsWarnings } from './findings-warnings.ts'
import { areaText, intervalText, rangeText } from './interval-text.ts'

/** An evaluation of several findings as a page: all of them on one screen, and each behind a line that opens. */
export function findingsReport(evaluation: FindingsEvaluation): Report {
  const { findings, films, patients, mean } = evaluation
  return {
    title: `How well ${findings.length} findings are told`,
    subtitle: `${countText(films)} films of ${countText(patients)} patients. Each finding is judged on the films that have a label of it.`,
    sections: [
      ...(mean === null ? [] : [headline(mean, findings.length)]),
      ...findingsWarnings(evaluation).map((markdown): Section => ({ kind: 'warning', markdown })),
      { kind: 'heading', text: 'All findings' },
      findingsTable(evaluation),
      ...areasChart(findings),
      { kind: 'heading', text: 'Each finding' },
      ...findings.map(findingSection),
      {
        kind: 'text',
        markdown: `${method} The mean counts every finding alike; its interval resamples patients for all findings at once. ${noDiagnosis}`,
      },
    ],
  }
}

function headline({ auroc, metadata, findings }: FindingsMean, all: number): Section {
  return {
    kind: 'figures',
    items: [
      { label: 'Mean AUROC', value: areaText(auroc.value), note: rangeText(auroc) },
      ...(metadata === null ? [] : [metadataFigure(metadata)]),
      { label: 'Findings in the mean', value: String(findings.length), note: `of ${all}` },
    ],
  }
}

function areasChart(findings: readonly FindingResult[]): readonly Section[] {
  const judged = findings.flatMap(({ target, evaluation }) => (evaluation === null ? [] : [{ target, evaluation }]))
  if (judged.length === 0) return []
  const hasMetadata = judged.every(({ evaluation }) => evaluation.metadata !== null)
  const rounded = (value: number): number => Number(areaText(value))
  const chart: Chart = {
    kind: 'bars',
    categoryTitle: 'Finding',
    categories: judged.map(({ target }) => spaced(target)),
    value: { title: 'AUROC', domain: [0, 1] },
    series: [
      { name: 'Model', values: judged.map(({ evaluation }) => rounded(evaluation.auroc.value)) },
      ...(hasMetadata
        ? [
            {
              name: 'Metadata alone',
              values: judged.map(({ evaluation }) => rounded(evaluation.metadata?.auroc.value ?? 0.5)),
            },
          ]
        : []),
    ],
  }
  return [{ kind: 'chart', title: 'AUROC of each finding; 0.5 is a coin toss', chart }]
}

function findingSection({ target, films, positives, leftOut, evaluation }: FindingResult): Section {
  const counts = `${countText(positives)} of ${countText(films)} films`
  const aside = leftOut === null ? [] : [text(`Left out of the mean: ${leftOut}.`)]
  if (evaluation === null) {
    const sections = [...aside, text('The films show one side only: there is nothing to judge.')]
    return { kind: 'details', summary: `**${spaced(target)}** not judged, ${counts}`, sections }
  }
  return {
    kind: 'details',
    summary: `**${spaced(target)}** AUROC ${intervalText(evaluation.auroc)}, ${counts}`,
    sections: [text(`${evaluation.comparison}.`), ...aside, ...evaluationSections(evaluation, 3)],
  }
}

function text(markdown: string): Section {
  return { kind: 'text', markdown }
}
