import { type Chart, countText, type Figure, type Report, type Section, spaced } from '../../report/index.ts'
import { noDiagnosis } from '../evaluation-report.ts'
import { warningsOf } from '../evaluation-warnings.ts'
import { areaText, rangeText } from '../interval-text.ts'
import { signedText } from './signed-text.ts'
import type { FindingVerdict, TestingFilms, Verdict } from './verdict.ts'
import { differencesChart, nameOfBase, rocSections, trainingCharts } from './verdict-charts.ts'
import {
  billTable,
  calibrationTable,
  dataSections,
  euroText,
  findingsTable,
  metricsTable,
  subgroupsTable,
} from './verdict-tables.ts'

/** A verdict as a page or a comment: the gates first, then what they rest on. */
export function verdictReport(verdict: Verdict): Report {
  const { findings, machines } = verdict
  return {
    title: titleOf(verdict),
    subtitle: verdict.summary,
    sections: [
      {
        kind: 'checks',
        items: verdict.gates.map(({ outcome, title, sentence }) => ({ outcome, title, text: sentence })),
      },
      figures(verdict),
      ...warnings(verdict).map((markdown): Section => ({ kind: 'warning', markdown })),
      ...(findings.length === 0 ? [] : modelSections(verdict)),
      heading('The data'),
      ...dataSections(verdict),
      ...trainingSections(verdict),
      heading('Time and cost'),
      billTable(verdict),
      text(`Machines of this change that are left: ${machines.left}. Euros are without VAT, failed attempts included.`),
      text(`${methodOf(verdict)} ${noDiagnosis}`),
    ],
  }
}

const titles = new Map([
  [true, 'passes'],
  [false, 'does not pass'],
  [null, 'cannot be judged in full'],
])

/** `pneumonia: this change passes` */
export function titleOf({ name, passed }: Pick<Verdict, 'name' | 'passed'>): string {
  return `${name}: this change ${titles.get(passed)}`
}

function figures({ findings, mean, testing, bill, machines, base }: Verdict): Section {
  const [first, ...others] = findings
  const isOne = first !== undefined && others.length === 0
  const found = isOne ? first.compared?.metrics.find(({ metric }) => metric === 'auroc') : mean?.compared
  const area = isOne ? first.evaluation?.auroc : mean?.auroc
  const label = isOne ? 'AUROC' : 'Mean AUROC'
  const items: Figure[] = [
    ...(area === undefined ? [] : [{ label, value: areaText(area.value), note: rangeText(area) }]),
    ...(found === undefined || found === null
      ? []
      : [
          {
            label: `Against ${nameOfBase(base)}`,
            value: signedText(found.difference.value),
            note: `${signedText(found.difference.low)} to ${signedText(found.difference.high)}`,
          },
        ]),
    ...(testing === null
      ? []
      : [
          {
            label: 'Testing films',
            value: countText(testing.films),
            note: `of ${countText(testing.patients)} patients`,
          },
        ]),
    { label: 'Cost', value: euroText(bill.euros), note: 'without VAT' },
    { label: 'Machines left', value: String(machines.left) },
  ]
  return { kind: 'figures', items }
}

function warnings({ base, testing, findings }: Verdict): readonly string[] {
  const { leftOut = { films: 0, patients: 0 }, unread = 0, compared = 0 } = testing ?? {}
  const [one] = findings.length === 1 ? findings : []
  return [
    ...(base.kind === 'none' ? [`**There is nothing to compare with.** ${base.why}.`] : []),
    ...(base.kind === 'model' && base.isSame && findings.length > 0
      ? ['**The model is the base itself**, byte for byte: nothing changed.']
      : []),
    ...(base.kind === 'model' && !base.isKnown
      ? [
          '**The base may know these films.** What it learned from is not in the store, so none of its films could be left out: it may look better than it is.',
        ]
      : []),
    ...leftOutWarning(leftOut, compared),
    ...(base.kind === 'model' && base.untold.length > 0
      ? [`**The base does not tell** ${base.untold.map(spaced).join(', ')}.`]
      : []),
    ...(unread === 0 ? [] : [`**Set aside**: ${countText(unread)} testing films that could not be read.`]),
    ...(one?.evaluation == null ? [] : warningsOf(one.evaluation)),
  ]
}

function leftOutWarning({ films, patients }: TestingFilms['leftOut'], compared: number): readonly string[] {
  if (films + patients === 0) return []
  const known = [
    ...(films === 0 ? [] : [`${countText(films)} of them themselves`]),
    ...(patients === 0 ? [] : [`other films of the patients of ${countText(patients)} of them`]),
  ].join(', and ')
  return [
    `**The base learned from testing films**: ${known}. These do not count in the comparison, which rests on ${countText(compared)} films.`,
  ]
}

function modelSections(verdict: Verdict): readonly Section[] {
  const { findings, base } = verdict
  const isOne = findings.length === 1
  const table = isOne ? metricsTable(verdict) : findingsTable(verdict)
  const differences = differencesChart(findings)
  const charts = [
    ...rocSections(verdict),
    ...(differences === undefined
      ? []
      : [chart(isOne ? 'Differences, where more is better' : 'Differences of AUROC', differences)]),
  ]
  const name = nameOfBase(base)
  return [
    heading('The model'),
    ...(isOne && findings[0] !== undefined ? [text(`${findings[0].comparison}.`)] : []),
    ...(table === undefined ? [] : [table]),
    ...(charts.length === 0 ? [] : [row(charts)]),
    ...(isOne ? ofFinding(findings[0], name, 2) : findings.map(finding => foldedFinding(finding, name))),
  ]
}

function ofFinding(finding: FindingVerdict | undefined, name: string, level: 2 | 3): readonly Section[] {
  if (finding === undefined) return []
  const groups = subgroupsTable(finding, name)
  const calibration = calibrationTable(finding, name)
  return [
    ...(groups === undefined ? [] : [heading('For whom does it work?', level), groups]),
    ...(calibration === undefined ? [] : [heading('Can the probabilities be believed?', level), calibration]),
  ]
}

function foldedFinding(finding: FindingVerdict, name: string): Section {
  const inside = ofFinding(finding, name, 3)
  const sections = inside.length === 0 ? [text('The films show one side only: there is nothing to judge.')] : inside
  return {
    kind: 'details',
    summary: spaced(finding.target),
    sections: [text(`${finding.comparison}.`), ...sections],
  }
}

function trainingSections(verdict: Verdict): readonly Section[] {
  const charts = trainingCharts(verdict)
  if (charts.length === 0) return []
  return [heading('The training'), row(charts.map(({ title, chart: drawn }) => chart(title, drawn)))]
}

function methodOf({ findings, base, testing }: Verdict): string {
  if (findings.length === 0) return 'Nothing was compared.'
  const single = testing !== null && testing.films === testing.patients
  const area = single ? 'DeLong 1988, since every patient has one film' : 'Obuchowski 1997'
  const paired =
    base.kind === 'none'
      ? ''
      : ' Both models answered the same films, and are tested in pairs by patient: AUROC by ' +
        `${area}, sensitivity and specificity by the clustered McNemar test (Obuchowski 1998; Agresti and Min 2005), the Brier score by ` +
        'its mean over patients, what has no p by resampling patients.'
  return `Intervals are 95% and know that films of one patient resemble each other.${paired}`
}

function heading(words: string, level: 2 | 3 = 2): Section {
  return { kind: 'heading', text: words, level }
}

function text(markdown: string): Section {
  return { kind: 'text', markdown }
}

function chart(title: string, drawn: Chart): Section {
  return { kind: 'chart', title, chart: drawn }
}

function row(sections: readonly Section[]): Section {
  return sections.length === 1 ? sections[0]! : { kind: 'row', sections }
}
