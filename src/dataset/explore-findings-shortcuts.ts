import { countText, type Section, spaced } from '../report/index.ts'
import { type Interval, logit, sigmoid, zOf } from '../statistics/index.ts'
import { notable, sentenceStart, words } from './explore-shortcuts.ts'
import type { FindingFacts } from './findings-exploration.ts'
import type { MetadataScore } from './metadata-score.ts'

interface Scored {
  readonly target: string
  readonly shortcuts: MetadataScore
}

/** What metadata alone scores for each finding: who gives it away, and by what. */
export function findingsShortcuts(findings: readonly FindingFacts[]): readonly Section[] {
  const scored = findings.flatMap(({ target, shortcuts }) => (shortcuts === null ? [] : [{ target, shortcuts }]))
  const names = [...new Set(scored.flatMap(({ shortcuts }) => shortcuts.each.map(({ name }) => name)))]
  if (names.length === 0) {
    return [{ kind: 'text', markdown: 'The table states nothing beside the findings: nobody can say.' }]
  }
  const [films, patients] = [
    Math.max(...scored.map(({ shortcuts }) => shortcuts.films)),
    Math.max(...scored.map(({ shortcuts }) => shortcuts.patients)),
  ]
  return [
    {
      kind: 'text',
      markdown: `Each number is the AUROC that a small logistic regression reaches for the finding **without looking at a film**, on patients that it has not seen (up to ${countText(films)} films of ${countText(patients)} patients). 0.5 is a coin toss. An image model must beat it before anyone may say that it reads lungs.`,
    },
    verdict(scored),
    {
      kind: 'table',
      title: 'What metadata alone scores for each finding',
      columns: ['Finding', 'Everything about the film', ...names.map(sentenceStart)],
      rows: scored.map(({ target, shortcuts }) => [
        spaced(target),
        shortcuts.all === null ? '–' : words(shortcuts.all),
        ...names.map(name => shortcuts.each.find(each => each.name === name)?.auroc.value.toFixed(2) ?? '–'),
      ]),
    },
  ]
}

/** The findings that the table gives away, the most telling fact of each first; chance would find some among so many scores. */
function verdict(scored: readonly Scored[]): Section {
  const scores = scored.reduce((sum, { shortcuts }) => sum + shortcuts.each.length + 1, 0)
  const isTold = (auroc: Interval): boolean => auroc.value >= notable && lowestOf(auroc, scores) > 0.5
  const lines = scored.flatMap(({ target, shortcuts: { all, each } }) => {
    const told = each.filter(({ auroc }) => isTold(auroc))
    const together = all !== null && isTold(all)
    if (told.length === 0 && !together) return []
    const sorted = told.toSorted((a, b) => b.auroc.value - a.auroc.value)
    const by = sorted.map(({ name, auroc }) => `${name} ${words(auroc)}`).join(', ')
    return [`- **${spaced(target)}**: ${by === '' ? `everything together ${words(all!)}` : by}`]
  })
  if (lines.length === 0) {
    return {
      kind: 'text',
      markdown:
        'Nothing in the table gives a finding away: no score below is worth a warning. Marks on the films themselves are not looked for.',
    }
  }
  return {
    kind: 'warning',
    markdown: `**These findings can be told without looking at a film.** A network that scores no more than this may have learned nothing about lungs.\n\n${lines.join('\n')}`,
  }
}

/** The lower bound that holds for so many scores together (Bonferroni), from that of one; intervals are even on the scale of logits. */
function lowestOf({ value, low, level }: Interval, scores: number): number {
  if (value >= 1) return low
  const wider = zOf(1 - (1 - level) / scores) / zOf(level)
  return sigmoid(logit(value) - wider * (logit(value) - logit(low)))
}
