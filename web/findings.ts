import type { Answer, Finding } from './answer.ts'
import { fillBar } from './bar.ts'
import { element } from './elements.ts'
import { intervalName, named, range, share } from './words.ts'

const list = element('findings', HTMLFieldSetElement)
const rows = element('rows', HTMLElement)

/** Lists the findings of a model of several, the positive ones first. */
export function listFindings({ findings, explained, oneHeat }: Answer): void {
  list.hidden = findings.length === 1
  list.classList.toggle('choosable', !oneHeat)
  rows.replaceChildren(...(list.hidden ? [] : positiveFirst(findings).map(each => row(each, explained, oneHeat))))
}

/** Calls back with the finding whose heat map a person chooses. */
export function onFinding(take: (label: string) => void): void {
  list.addEventListener('change', event => {
    if (event.target instanceof HTMLInputElement) take(event.target.value)
  })
}

/** Chooses the finding whose heat map is seen. */
export function markExplained(label: string): void {
  for (const choice of rows.querySelectorAll('input')) choice.checked = choice.value === label
}

function row(finding: Finding, explained: string, oneHeat: boolean): HTMLElement {
  const made = document.createElement('label')
  made.className = 'finding'
  made.classList.toggle('positive', finding.positive)
  const choice = document.createElement('input')
  choice.type = 'radio'
  choice.name = 'finding'
  choice.value = finding.label
  choice.checked = finding.label === explained
  const bar = text('bar', '')
  fillBar(bar, finding)
  made.append(
    ...(oneHeat ? [] : [choice]),
    text('name', named(finding)),
    text('value', share(finding.probability)),
    bar,
    text('detail', detail(finding)),
    ...(finding.note === undefined ? [] : [text('detail', finding.note)]),
  )
  return made
}

function detail({ interval, threshold, positive }: Finding): string {
  const reached = positive ? `reaches its threshold of ${share(threshold)}` : `threshold ${share(threshold)}`
  return interval ? `${reached} · ${intervalName(interval)} ${range(interval)}` : reached
}

function text(name: string, words: string): HTMLElement {
  const made = document.createElement('span')
  made.className = name
  made.textContent = words
  return made
}

/** Otherwise in the model's order. */
export function positiveFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings.filter(each => each.positive), ...findings.filter(each => !each.positive)]
}
