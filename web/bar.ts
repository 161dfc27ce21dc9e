import type { Finding } from './answer.ts'
import { spoken } from './words.ts'

/** Fills an empty bar: the probability, the whiskers of its interval, and a mark at the threshold. */
export function fillBar(bar: HTMLElement, finding: Finding): void {
  const { probability, interval, threshold } = finding
  bar.setAttribute('role', 'img')
  bar.setAttribute('aria-label', spoken(finding))
  bar.classList.toggle('positive', finding.positive)
  bar.style.setProperty('--probability', String(probability))
  bar.style.setProperty('--threshold', String(threshold))
  bar.style.setProperty('--low', String(interval?.low ?? 0))
  bar.style.setProperty('--high', String(interval?.high ?? 0))
  bar.replaceChildren(part('fill'), ...(interval ? [part('whisker')] : []), part('threshold'))
}

function part(name: string): HTMLElement {
  const made = document.createElement('div')
  made.className = name
  return made
}
