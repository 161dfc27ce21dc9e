import { duration } from '../../core/index.ts'
import { countText, percentText, type Section, spaced } from '../../report/index.ts'
import type { CalibrationSummary, Subgroup } from '../evaluation.ts'
import { areaText, intervalText } from '../interval-text.ts'
import { metricNames } from './comparison-of-models.ts'
import { metricTitles } from './metric-titles.ts'
import { differenceText, pText } from './signed-text.ts'
import type { FindingVerdict, Verdict } from './verdict.ts'
import { nameOfBase } from './verdict-charts.ts'

type Table = Extract<Section, { kind: 'table' }>

/** Of one finding: each metric beside the base, on the films that both were judged on. */
export function metricsTable({ findings: [finding], base, testing }: Verdict): Table | undefined {
  if (finding?.evaluation == null) return undefined
  const { evaluation, compared } = finding
  if (compared === null) return plainMetrics(evaluation)
  const all = testing !== null && compared.films === evaluation.films
  return {
    kind: 'table',
    title: all
      ? `On all ${countText(compared.films)} testing films`
      : `On the ${countText(compared.films)} testing films that both may be judged on`,
    columns: ['', 'This change', nameOfBase(base), 'Difference (95%)', 'p'],
    rows: compared.metrics.map(({ metric, current, base: other, difference }) => [
      metricTitles[metric],
      intervalText(current),
      intervalText(other),
      differenceText(difference),
      pText(difference.p),
    ]),
  }
}

function plainMetrics({
  auroc,
  averagePrecision,
  operatingPoint,
  calibration,
}: NonNullable<FindingVerdict['evaluation']>): Table {
  const { sensitivity, specificity } = operatingPoint.rates
  const found = { auroc, averagePrecision, sensitivity, specificity, brier: null }
  return {
    kind: 'table',
    columns: ['', 'This change (95%)'],
    rows: [
      ...metricNames.flatMap(metric => {
        const interval = found[metric]
        return interval === null ? [] : [[metricTitles[metric], intervalText(interval)]]
      }),
      [metricTitles.brier, areaText(calibration.brier)],
    ],
  }
}

/** Of several findings: one line each. */
export function findingsTable({ findings, mean, base, testing }: Verdict): Table {
  const other = nameOfBase(base)
  const withBase = findings.some(({ compared }) => compared !== null)
  const isPart = withBase && testing !== null && testing.compared < testing.films
  const onShared = isPart ? `, on the ${countText(testing.compared)} testing films that both may be judged on` : ''
  const dashes = withBase ? ['–', '–', '–'] : []
  const row = (finding: FindingVerdict): readonly (string | number)[] => {
    const { target, evaluation, compared, counts } = finding
    const name = `${spaced(target)}${counts ? '' : '\u00a0†'}`
    if (evaluation === null) return [name, '–', '–', ...dashes]
    const found = compared?.metrics.find(({ metric }) => metric === 'auroc')
    const current = found?.current ?? evaluation.auroc
    return [
      name,
      (found === undefined ? evaluation : (compared ?? evaluation)).positives,
      intervalText(current),
      ...(found === undefined
        ? dashes
        : [intervalText(found.base), differenceText(found.difference), pText(found.difference.p)]),
    ]
  }
  const ofMean = mean?.compared ?? null
  return {
    kind: 'table',
    title: `AUROC of each finding${onShared}; † has too few films to count. p is of each finding alone, not for so many at once`,
    columns: ['Finding', 'Positives', 'This change', ...(withBase ? [other, 'Difference (95%)', 'p'] : [])],
    rows: [
      ...(mean === null
        ? []
        : [
            [
              `**Mean of ${mean.findings.length}**`,
              '',
              intervalText(ofMean?.current ?? mean.auroc),
              ...(ofMean === null ? dashes : [intervalText(ofMean.base), differenceText(ofMean.difference), '–']),
            ],
          ]),
      ...findings.map(row),
    ],
  }
}

/** Who the model works for; nothing where the table states neither sex, age nor view. */
export function subgroupsTable({ evaluation, compared }: FindingVerdict, nameOfBase: string): Table | undefined {
  const groups = evaluation?.subgroups ?? []
  if (groups.length === 0) return undefined
  const all = compared === null || compared.films === evaluation?.films
  const beside = ({ by, group }: Subgroup): readonly string[] => {
    if (compared === null) return []
    const found = compared.subgroups.find(one => one.by === by && one.group === group)?.compared ?? null
    return found === null ? ['–', '–'] : [intervalText(found.base), differenceText(found.difference)]
  }
  return {
    kind: 'table',
    title: `AUROC within each group, on all testing films${all ? '' : '; base and difference on those that both may be judged on'}`,
    columns: [
      'By',
      'Group',
      'Positives',
      'Negatives',
      'This change',
      ...(compared === null ? [] : [nameOfBase, 'Difference (95%)']),
    ],
    rows: groups.map(subgroup => [
      subgroup.by,
      subgroup.group,
      subgroup.positives,
      subgroup.negatives,
      subgroup.auroc === null ? 'too few films' : intervalText(subgroup.auroc),
      ...beside(subgroup),
    ]),
  }
}

export function calibrationTable({ evaluation, compared }: FindingVerdict, nameOfBase: string): Table | undefined {
  const current = compared?.calibration.current ?? evaluation?.calibration
  if (current === undefined) return undefined
  const base = compared?.calibration.base
  const row = (name: string, of: (summary: CalibrationSummary) => number, beside: string): readonly string[] => [
    name,
    number(of(current)),
    ...(base === undefined ? [] : [number(of(base))]),
    beside,
  ]
  const isPart = compared !== null && compared.films !== evaluation?.films
  return {
    kind: 'table',
    ...(isPart && { title: `On the ${countText(compared.films)} testing films that both may be judged on` }),
    columns: ['', 'This change', ...(base === undefined ? [] : [nameOfBase]), 'Beside it'],
    rows: [
      row(
        'Expected calibration error',
        summary => summary.expectedError,
        `up to ${areaText(current.expectedErrorByChance.high)} by chance on so few films`,
      ),
      row('Slope', summary => summary.slope, '1 is right, below it is overconfident'),
      row('Intercept', summary => summary.intercept, '0 is right, above it says too little'),
    ],
  }
}

/** With a minus, as differences have it. */
function number(value: number): string {
  return areaText(value).replace('-', '−')
}

/** Films, patients, parts and labels, before and now. */
export function dataSections({ data }: Verdict): readonly Section[] {
  if (data === null) return [{ kind: 'text', markdown: 'The films could not be prepared.' }]
  const { diff, leaks } = data
  const copies = `Films that stand in the table under several names: ${countText(leaks.copies)}.`
  const leak = `Testing films whose patient or bytes were learned from too: ${countText(leaks.testingFilms)} (${percentText(leaks.rate, 1)}). ${leaks.copies === 0 ? '' : copies}`
  const text: Section = { kind: 'text', markdown: leak.trim() }
  if (diff === null) return [{ kind: 'text', markdown: 'What the base learned from is not known here.' }, text]
  const { films, patients, labels, moved, movedIntoTesting, parts } = diff
  const isNothing = [films, patients].every(({ added, removed }) => added + removed === 0) && films.changed === 0
  if (isNothing && labels.length === 0 && moved === 0) {
    const same = `The same ${countText(films.after)} films of ${countText(patients.after)} patients, labels and parts as the base had.`
    return [{ kind: 'text', markdown: same }, text]
  }
  const into =
    movedIntoTesting === 0 ? '' : `, ${countText(movedIntoTesting)} of them from training or validation into testing`
  return [
    {
      kind: 'table',
      columns: ['', 'Base', 'Now', 'Added', 'Removed', 'Other pixels'],
      rows: [
        ['Films', films.before, films.after, films.added, films.removed, films.changed],
        ['Patients', patients.before, patients.after, patients.added, patients.removed, '–'],
      ],
    },
    ...(labels.length === 0
      ? []
      : [
          {
            kind: 'table' as const,
            title: 'Labels that turned, of films that are in both',
            columns: ['Finding', 'Now shown', 'No longer shown', 'Label came or went'],
            rows: labels.map(({ finding, gained, lost, known }) => [spaced(finding), gained, lost, known]),
          },
        ]),
    {
      kind: 'table',
      columns: ['Part', 'Films of the base', 'Films now', 'Patients of the base', 'Patients now'],
      rows: parts.map(({ part, before, after }) => [
        partTitles[part],
        before.films,
        after.films,
        before.patients,
        after.patients,
      ]),
    },
    ...(moved === 0 ? [] : [sentence(`Films in another part than before: ${countText(moved)}${into}.`)]),
    text,
  ]
}

const partTitles = { train: 'Training', validation: 'Validation', test: 'Testing', unused: 'Unused' } as const

function sentence(markdown: string): Section {
  return { kind: 'text', markdown }
}

export function billTable({ bill, base }: Verdict): Table {
  const withBase = bill.stages.some(stage => stage.base !== null)
  const other = nameOfBase(base)
  return {
    kind: 'table',
    columns: ['Stage', 'Where', 'Time', 'Cost', ...(withBase ? [`Time of ${other}`, `Cost of ${other}`] : [])],
    rows: [
      ...bill.stages.map(({ stage, where, seconds, euros, base: before }) => [
        stage,
        where,
        seconds === null ? '–' : duration(1000 * seconds),
        euroText(euros),
        ...(withBase ? (before === null ? ['–', '–'] : [duration(1000 * before.seconds), euroText(before.euros)]) : []),
      ]),
      ['**All**', '', '', euroText(bill.euros), ...(withBase ? ['', ''] : [])],
    ],
  }
}

export function euroText(euros: number): string {
  return `€${euros.toFixed(euros > 0 && euros < 0.1 ? 4 : 2)}`
}
