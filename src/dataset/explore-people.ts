import { countText, type Section } from '../report/index.ts'
import type { AgeFacts, Exploration, GroupFacts } from './exploration.ts'

/** Sex, age, view and films per patient: of all films, and of the classes side by side. */
export function peopleSections({ groups, target, filmsPerPatient }: Exploration): Section[] {
  const { all, positive, negative } = groups
  const views = all.views.unknown > 0 ? 3 : 2
  return [
    {
      kind: 'row',
      sections: [
        sexChart('Sex, all films', [['Films', all]]),
        sexChart(`Sex by ${target}`, [
          [target, positive],
          [`No ${target}`, negative],
        ]),
      ],
    },
    ageChart('Age, all films', [['Films', all.ages]]),
    {
      kind: 'row',
      sections: [
        ageChart(`Age, films with ${target}`, [['Films', positive.ages]]),
        ageChart(`Age by ${target}`, [
          [target, positive.ages],
          [`No ${target}`, negative.ages],
        ]),
      ],
    },
    {
      kind: 'row',
      sections: [
        {
          kind: 'chart',
          title: 'View',
          chart: {
            kind: 'bars',
            categoryTitle: 'View',
            categories: ['PA, standing', 'AP, in bed', 'not given'].slice(0, views),
            value: { title: 'Films', style: 'percent' },
            series: [
              { name: target, values: viewShares(positive).slice(0, views) },
              { name: `No ${target}`, values: viewShares(negative).slice(0, views) },
            ],
          },
        },
        filmsChart(filmsPerPatient),
      ],
    },
  ]
}

export function filmsChart({ most, counts }: Exploration['filmsPerPatient']): Section {
  return {
    kind: 'chart',
    title: `Films per patient, at most ${countText(most)}`,
    chart: {
      kind: 'bars',
      upright: true,
      categoryTitle: 'Films',
      categories: counts.map(({ films }) => (films === '10 or more' ? '10+' : films)),
      value: { title: 'Patients', style: 'count' },
      series: [{ name: 'Patients', values: counts.map(({ patients }) => patients) }],
    },
  }
}

type Named<T> = readonly (readonly [string, T])[]

export function sexChart(title: string, groups: Named<GroupFacts>): Section {
  const unknown = groups.some(([, { sexes }]) => sexes.unknown > 0)
  return {
    kind: 'chart',
    title,
    chart: {
      kind: 'bars',
      categoryTitle: 'Sex',
      categories: ['Male', 'Female', ...(unknown ? ['not given'] : [])],
      value: { title: 'Films', style: 'count' },
      series: groups.map(([name, { sexes }]) => ({
        name,
        values: [sexes.male, sexes.female, ...(unknown ? [sexes.unknown] : [])],
      })),
    },
  }
}

export function ageChart(title: string, groups: Named<AgeFacts>): Section {
  const [first] = groups
  const mean = groups.length === 1 ? first?.[1].mean : undefined
  return {
    kind: 'chart',
    title,
    chart: {
      kind: 'histogram',
      x: { title: 'Age in years', style: 'count' },
      y: { title: 'Films', style: 'count' },
      edges: first?.[1].edges ?? [0, 5],
      series: groups.map(([name, { counts }]) => ({ name, counts })),
      ...(typeof mean === 'number' && { rules: [{ x: mean, label: `mean ${mean.toFixed(0)}` }] }),
    },
  }
}

function viewShares({ views }: GroupFacts): number[] {
  const sum = views.PA + views.AP + views.unknown
  return [views.PA, views.AP, views.unknown].map(count => (sum > 0 ? count / sum : 0))
}
