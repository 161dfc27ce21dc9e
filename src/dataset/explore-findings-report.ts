import { countText, percentText, type Report, type Section, spaced } from '../report/index.ts'
import type { GroupFacts } from './exploration.ts'
import { findingsShortcuts } from './explore-findings-shortcuts.ts'
import { ageChart, filmsChart, sexChart } from './explore-people.ts'
import { ageFigure, filmsOfFindings, leakWarning, partNames } from './explore-report.ts'
import type { FindingSample } from './explore-samples.ts'
import type { Split } from './film-row.ts'
import type { FindingsExploration } from './findings-exploration.ts'

/** Who is in the data, and what would fool a model, for all findings on one page. */
export function findingsExplorationReport(data: FindingsExploration, samples: readonly FindingSample[]): Report {
  const { films, patients, findings, leakRate } = data
  return {
    title: 'Who is in the data, and what would fool a model',
    subtitle: `${countText(films)} films of ${countText(patients)} patients, looked at for ${findings.length} findings. Films are called by their row in the table; no name, number or file of a patient stands here.`,
    sections: [
      headline(data),
      ...(leakRate === 0 ? [] : [leakWarning(leakRate)]),
      { kind: 'heading', text: 'What the films show' },
      findingsTable(data),
      casesChart(data),
      ...togetherSections(data),
      { kind: 'heading', text: 'What would fool a model' },
      ...findingsShortcuts(findings),
      { kind: 'heading', text: 'Who they are' },
      ...peopleSections(data),
      ...sampleSections(data, samples),
      { kind: 'heading', text: 'How they are divided' },
      ...partTables(data),
    ],
  }
}

function headline({ films, patients, without, findings, people }: FindingsExploration): Section {
  return {
    kind: 'figures',
    items: [
      { label: 'Films', value: countText(films), note: `of ${countText(patients)} patients` },
      {
        label: 'Findings',
        value: String(findings.length),
        note: `${percentText(without / films)} of the films are known to show none`,
      },
      ageFigure(people.ages),
      { label: 'Female', value: femaleText(people) },
    ],
  }
}

function findingsTable({ findings, films }: FindingsExploration): Section {
  return {
    kind: 'table',
    columns: ['Finding', 'Films with it', 'Of those labelled', 'Patients', 'Alone', 'Uncertain', 'Unlabelled'],
    rows: findings.map(({ target, positives, negatives, patients, alone, uncertain, unlabelled }) => [
      spaced(target),
      positives,
      percentText(positives / (positives + negatives)),
      patients,
      percentText(alone / positives),
      percentText(uncertain / films),
      percentText(unlabelled / films),
    ]),
  }
}

function casesChart({ findings }: FindingsExploration): Section {
  const sorted = findings.toSorted((a, b) => b.positives - a.positives)
  return filmsOfFindings(
    'Films with each finding',
    sorted.map(({ target, positives }) => [target, positives]),
  )
}

/** Numbers stand for the columns: fourteen names side by side would be wider than any page. */
function togetherSections({ findings, together }: FindingsExploration): readonly Section[] {
  return [
    {
      kind: 'table',
      title: 'Together: of the films with the finding of the row, the share that shows that of the column too',
      columns: ['Finding', ...findings.map((_, k) => String(k + 1))],
      rows: findings.map(({ target, positives }, row) => [
        `${row + 1} ${spaced(target)}`,
        ...together[row]!.map((films, column) => (row === column ? '' : percentText(films / positives))),
      ]),
    },
    {
      kind: 'text',
      markdown:
        'A model can score for one finding by seeing another that often stands beside it. Findings that seldom stand alone need a second look.',
    },
  ]
}

function peopleSections({ people, filmsPerPatient, findings }: FindingsExploration): readonly Section[] {
  return [
    { kind: 'row', sections: [sexChart('Sex', [['Films', people]]), filmsChart(filmsPerPatient)] },
    ageChart('Age', [['Films', people.ages]]),
    {
      kind: 'table',
      title: 'Who has each finding',
      columns: ['Films', 'Female', 'Mean age', 'Taken in bed (AP)'],
      rows: [
        ['all', ...personCells(people)],
        ...findings.map(({ target, people: own }) => [spaced(target), ...personCells(own)]),
      ],
    },
  ]
}

function personCells(group: GroupFacts): readonly string[] {
  const { views, ages } = group
  return [
    femaleText(group),
    ages.mean === null ? '–' : ages.mean.toFixed(0),
    percentText(views.AP / (views.AP + views.PA)),
  ]
}

function sampleSections({ unreadable }: FindingsExploration, samples: readonly FindingSample[]): readonly Section[] {
  const warning: Section = {
    kind: 'warning',
    markdown: `${countText(unreadable)} of the films drawn here could not be read.`,
  }
  if (samples.length === 0) return unreadable === 0 ? [] : [warning]
  return [
    { kind: 'heading', text: 'What they look like' },
    ...(unreadable === 0 ? [] : [warning]),
    {
      kind: 'images',
      title: 'A film of each finding, drawn with the seed',
      items: samples.map(({ target, row, png }) => ({ png, caption: `${spaced(target)}, row ${row}` })),
    },
  ]
}

const shown: readonly Split[] = ['train', 'validation', 'test']

function partTables({ parts, findings, leakRate }: FindingsExploration): readonly Section[] {
  return [
    {
      kind: 'table',
      title: 'Parts',
      columns: ['Part', 'Films', 'Patients', 'Female', 'Mean age'],
      rows: parts.map(({ part, films, patients, female, meanAge }) => [
        partNames[part],
        films,
        patients,
        percentText(female / films, 1),
        meanAge === null ? '–' : meanAge.toFixed(1),
      ]),
    },
    {
      kind: 'table',
      title: 'Films with each finding, by part',
      columns: ['Finding', ...shown.map(part => partNames[part])],
      rows: findings.map(finding => [spaced(finding.target), ...shown.map(part => finding.parts[part] ?? 0)]),
    },
    {
      kind: 'text',
      markdown: `Leak rate: **${percentText(leakRate, 1)}** of the test films show a patient who is in training too.`,
    },
  ]
}

function femaleText({ sexes }: GroupFacts): string {
  return percentText(sexes.female / (sexes.female + sexes.male))
}
