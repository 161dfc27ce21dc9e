import { countText, type Figure, numberText, percentText, type Report, type Section, spaced } from '../report/index.ts'
import type { AgeFacts, Exploration, GroupFacts, PartFacts } from './exploration.ts'
import { peopleSections } from './explore-people.ts'
import type { Sample } from './explore-samples.ts'
import { shortcutSections } from './explore-shortcuts.ts'
import type { Split } from './film-row.ts'

/** Who is in the data, and what would fool a model. */
export function explorationReport(data: Exploration, samples: readonly Sample[], pictures: boolean): Report {
  const { target } = data
  return {
    title: `Who is in the data, and what would fool a model`,
    subtitle: `${countText(data.films)} films of ${countText(data.patients)} patients, looked at for **${target}**. Films are called by their row in the table; no name, number or file of a patient stands here.`,
    sections: [
      headline(data),
      ...leakSections(data),
      ...(data.shortcuts ? shortcutSections(data.shortcuts, data) : noScore(target)),
      { kind: 'heading', text: 'Who they are' },
      ...peopleSections(data),
      { kind: 'heading', text: 'What the films show' },
      ...caseSections(data),
      { kind: 'heading', text: 'What they look like' },
      ...sampleSections(data, samples, pictures),
      { kind: 'heading', text: 'How they are divided' },
      ...partSections(data),
    ],
  }
}

function noScore(target: string): Section[] {
  return [
    { kind: 'heading', text: 'What would fool a model' },
    {
      kind: 'text',
      markdown: `Nobody can say: to score metadata, two patients with ${target} and two without are needed.`,
    },
  ]
}

function headline({ films, patients, positives, negatives, target, groups }: Exploration): Section {
  return {
    kind: 'figures',
    items: [
      { label: 'Films', value: countText(films), note: `of ${countText(patients)} patients` },
      {
        label: target,
        value: countText(positives),
        note: `${percentText(positives / (positives + negatives), 1)} of the films that are labelled for it`,
      },
      ageFigure(groups.all.ages),
      { label: 'Female', value: percentText(femaleShare(groups.all)), note: sexCounts(groups.all) },
    ],
  }
}

export function ageFigure({ mean, least, most }: AgeFacts): Figure {
  return {
    label: 'Mean age',
    value: mean === null ? '–' : mean.toFixed(0),
    note: least === null || most === null ? 'no ages are given' : `from ${least} to ${most} years`,
  }
}

function femaleShare({ sexes }: GroupFacts): number {
  return sexes.female / (sexes.female + sexes.male)
}

function sexCounts({ sexes }: GroupFacts): string {
  return `${countText(sexes.female)} films against ${countText(sexes.male)} of males`
}

/** @param aside of the same rate, such as that of the films with a finding */
export function leakWarning(leakRate: number, aside = ''): Section {
  return {
    kind: 'warning',
    markdown: `**Training knows the test's patients.** ${percentText(leakRate, 1)} of the test films${aside} show a patient who is in training too. Scores on this test will be too good. Divide by patient: \`split: { by: 'patient' }\`.`,
  }
}

function leakSections({ leakRate, leakRateOfPositives, target }: Exploration): Section[] {
  if (leakRate === 0) return []
  return [leakWarning(leakRate, ` (${percentText(leakRateOfPositives, 1)} of those with ${target})`)]
}

export function filmsOfFindings(
  title: string,
  counts: readonly (readonly [finding: string, films: number])[],
): Section {
  return {
    kind: 'chart',
    title,
    chart: {
      kind: 'bars',
      categoryTitle: 'Finding',
      categories: counts.map(([finding]) => spaced(finding)),
      value: { title: 'Films', style: 'count' },
      series: [{ name: 'Films', values: counts.map(([, films]) => films) }],
    },
  }
}

function caseSections({ cases, companions, target, positives }: Exploration): Section[] {
  const alone = cases.find(({ finding }) => finding === target)?.alone ?? 0
  return [
    filmsOfFindings(
      'Cases: films with each finding',
      cases.map(({ finding, films }) => [finding, films]),
    ),
    {
      kind: 'text',
      markdown: `${target} stands alone on ${countText(alone)} of its ${countText(positives)} films (${percentText(alone / positives)}). On the others a model can score by seeing something else.`,
    },
    ...(companions.length === 0
      ? []
      : [
          {
            kind: 'chart',
            title: `Beside ${target}: share of its films that show another finding too`,
            chart: {
              kind: 'bars',
              categoryTitle: 'Finding',
              categories: companions.map(({ finding }) => spaced(finding)),
              value: { title: 'Share', style: 'percent' },
              series: [{ name: 'Share', values: companions.map(({ films }) => films / positives) }],
            },
          } as const satisfies Section,
        ]),
  ]
}

function sampleSections({ target, unreadable }: Exploration, samples: readonly Sample[], pictures: boolean): Section[] {
  const classes = [
    [target, samples.filter(({ positive }) => positive)],
    [`No ${target}`, samples.filter(({ positive }) => !positive)],
  ] as const
  const shown = pictures
    ? classes.map(([name, films]) => ({
        kind: 'images' as const,
        title: name,
        items: films.map(({ png, row }) => ({ png, caption: `Row ${row}` })),
      }))
    : []
  return [
    {
      kind: 'text',
      markdown:
        'A few films of each class, drawn with the seed. Below, how often each grey level occurs on a film, after taking away its mean and dividing by its standard deviation. A few films prove nothing; where the curves of the two classes differ on sight, look for another device or another exposure.',
    },
    ...(unreadable === 0
      ? []
      : [
          { kind: 'warning' as const, markdown: `${countText(unreadable)} of the films drawn here could not be read.` },
        ]),
    ...(shown.length > 0 ? [{ kind: 'row' as const, sections: shown }] : []),
    {
      kind: 'row',
      sections: classes.map(([name, films]) => intensityChart(`Intensity, ${name}`, films)),
    },
  ]
}

function intensityChart(title: string, films: readonly Sample[]): Section {
  return {
    kind: 'chart',
    title,
    chart: {
      kind: 'area',
      x: { title: 'Grey level (standardised)', domain: [-3, 3] },
      y: { title: 'Density' },
      series: films.map(({ row, intensity: { edges, density } }) => ({
        name: `row ${row}`,
        points: density.map((value, i) => [((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2, value] as const),
      })),
    },
  }
}

export const partNames: Readonly<Record<Split, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
  unused: 'Not used',
}

function partSections({ parts, target, leakRate }: Exploration): Section[] {
  const test = parts.find(({ part }) => part === 'test')
  return [
    {
      kind: 'table',
      title: 'Parts',
      columns: ['Part', 'Films', 'Patients', target, 'Share', 'Female', 'Mean age'],
      rows: parts.map(part => [
        partNames[part.part],
        part.films,
        part.patients,
        part.positives,
        percentText(part.positives / part.films, 1),
        percentText(part.female / part.films, 1),
        part.meanAge === null ? '–' : part.meanAge.toFixed(1),
      ]),
    },
    {
      kind: 'text',
      markdown: [
        `Leak rate: **${percentText(leakRate, 1)}** of the test films show a patient who is in training too.`,
        ...(test ? [precisionSentence(test)] : []),
      ].join(' '),
    },
  ]
}

/** How sure a result on this test can be at best: Hanley and McNeil 1982, at an AUROC of 0.8. */
function precisionSentence({ films, positives }: PartFacts): string {
  const negatives = films - positives
  if (positives === 0 || negatives === 0) return ''
  const area = 0.8
  const q1 = area / (2 - area)
  const q2 = (2 * area ** 2) / (1 + area)
  const variance =
    (area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2)) /
    (positives * negatives)
  const half = 1.96 * Math.sqrt(variance)
  return `With ${countText(positives)} against ${countText(negatives)} test films an AUROC of 0.8 is known to about ± ${numberText(Number(half.toFixed(2)))} at best.`
}
