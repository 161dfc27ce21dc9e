import { numberText, percentText, type Section } from '../report/index.ts'
import type { Interval } from '../statistics/index.ts'
import type { Exploration, GroupFacts } from './exploration.ts'
import type { MetadataName } from './metadata-features.ts'
import type { MetadataScore } from './metadata-score.ts'

/** From here on a score is worth a warning, if its interval lies above chance. */
export const notable = 0.6

interface Told {
  readonly name: string
  readonly score: Interval
  /** How a model comes to use it. */
  readonly meaning: string
}

/** The scores with what they mean, in plain words. */
export function shortcutSections(scores: MetadataScore, data: Pick<Exploration, 'target' | 'groups'>): Section[] {
  const { target } = data
  const heading: Section = { kind: 'heading', text: 'What would fool a model' }
  const told = toldOf(scores, meaningsOf(data))
  if (told.length === 0) {
    return [heading, { kind: 'text', markdown: 'The table states nothing beside the findings: nobody can say.' }]
  }
  return [
    heading,
    {
      kind: 'text',
      markdown: `Each bar is the AUROC that a small logistic regression reaches for ${target} **without looking at a film**, on patients that it has not seen (${numberText(scores.films)} films of ${numberText(scores.patients)} patients, ${scores.folds} folds). 0.5 is a coin toss. An image model must beat the longest bar before anyone may say that it reads lungs.`,
    },
    verdict(told, target),
    {
      kind: 'chart',
      title: `What metadata alone scores for ${target}`,
      chart: {
        kind: 'bars',
        categoryTitle: 'Told',
        categories: told.map(({ name }) => name),
        value: { title: 'AUROC', domain: [0, 1] },
        series: [{ name: 'AUROC', values: told.map(({ score }) => Math.round(score.value * 1000) / 1000) }],
      },
    },
    {
      kind: 'table',
      title: 'The same with 95% intervals that know about patients',
      columns: ['Told', 'AUROC', 'from', 'to'],
      rows: told.map(({ name, score: { value, low, high } }) => [
        name,
        ...[value, low, high].map(number => number.toFixed(3)),
      ]),
    },
  ]
}

/** All together first, then each alone, the most telling first. */
function toldOf({ all, allWithOrder, each }: MetadataScore, meanings: Meanings): Told[] {
  const together = [
    ['everything about the film', all, 'A network sees most of this on the film itself.'],
    [
      'the same and the order of collection',
      allWithOrder,
      'Above the score without the order, the classes were collected apart.',
    ],
  ] as const
  return [
    ...together.flatMap(([name, score, meaning]) => (score === null ? [] : [{ name, score, meaning }])),
    ...each
      .map(({ name, auroc }) => ({ name, score: auroc, meaning: meanings[name] }))
      .sort((a, b) => b.score.value - a.score.value),
  ]
}

function verdict(told: readonly Told[], target: string): Section {
  const found = told.filter(({ score: { value, low } }) => value >= notable && low > 0.5)
  if (found.length === 0) {
    return {
      kind: 'text',
      markdown: `Nothing in the table gives ${target} away: no score below is worth a warning. Marks on the films themselves are not looked for.`,
    }
  }
  return {
    kind: 'warning',
    markdown: [
      '**These films can be told apart without looking at them.** A network that scores no more than this may have learned nothing about lungs. Compare every result with these numbers, and look at results for one view, one sex and one age group at a time.',
      found
        .map(({ name, score, meaning }) => `- **${sentenceStart(name)}** scores ${words(score)}. ${meaning}`)
        .join('\n'),
    ].join('\n\n'),
  }
}

export function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function words({ value, low, high }: Interval): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}

type Meanings = Readonly<Record<MetadataName, string>>

/** How a model comes to use each fact, and what these films say of it. */
function meaningsOf({ target, groups: { positive, negative } }: Pick<Exploration, 'target' | 'groups'>): Meanings {
  const compare = (share: (group: GroupFacts) => number): string =>
    `${percentText(share(positive))} of the films with ${target} against ${percentText(share(negative))} of the others`
  const age = ({ ages }: GroupFacts): string => (ages.mean === null ? 'not known' : ages.mean.toFixed(0))
  return {
    view: `A film shows at once whether it was taken in bed (AP) or standing (PA). AP are ${compare(({ views }) => views.AP / (views.AP + views.PA))}.`,
    age: `Bones, vessels and heart show age. The mean is ${age(positive)} with ${target} and ${age(negative)} without.`,
    sex: `Films show sex plainly. Females are ${compare(({ sexes }) => sexes.female / (sexes.female + sexes.male))}.`,
    'follow-up number':
      'It counts visits: films of people who come often show tubes, wires and scars, which a model may learn instead of the finding.',
    'original size': 'The size names the device: a device stands in one ward, and wards have their own patients.',
    'order of collection':
      'The order should know nothing. Where it does, the classes were collected apart, and differences in handling are all that a model needs.',
  }
}
