import type { Answer, Finding } from './answer.ts'
import { fillBar } from './bar.ts'
import { element } from './elements.ts'
import { listFindings, markExplained } from './findings.ts'
import { headline, intervalName, named, range, sentence, share } from './words.ts'

const viewer = element('viewer', HTMLElement)
const film = element('film', HTMLImageElement)
const overlay = element('overlay', HTMLImageElement)
const controls = element('controls', HTMLElement)
const heat = element('heat', HTMLInputElement)
const strength = element('strength', HTMLInputElement)
const busy = element('busy', HTMLElement)
const problem = element('problem', HTMLElement)
const idle = element('idle', HTMLElement)
const answer = element('answer', HTMLElement)

let address = ''

/** Shows the film while the model reads it. */
export function showFilm(file: File): void {
  URL.revokeObjectURL(address)
  address = URL.createObjectURL(file)
  film.src = address
  film.hidden = false
  overlay.hidden = true
  viewer.dataset['state'] = 'film'
  controls.hidden = true
  problem.hidden = true
  answer.hidden = true
  idle.hidden = true
  busy.hidden = false
}

/** Another heat map of the film is on its way. */
export function showReading(): void {
  busy.hidden = false
}

export function showAnswer(found: Answer): void {
  const { findings } = found
  const [first] = findings
  const several = findings.length > 1
  answer.classList.toggle(
    'positive',
    findings.some(each => each.positive),
  )
  write('prediction', headline(findings))
  write('sentence', sentence(findings))
  element('single', HTMLElement).hidden = several
  for (const each of document.querySelectorAll<HTMLElement>('.one')) each.hidden = several
  if (first && !several) showOnly(first)
  listFindings(found)
  write('by', found.model)
  showHeatOf(found)
  answer.hidden = false
}

/** The heat map of an answer, and what to know of it. */
export function showHeatOf(found: Answer): void {
  busy.hidden = true
  heat.disabled = found.overlay === undefined
  if (found.overlay === undefined) overlay.removeAttribute('src')
  else overlay.src = found.overlay
  overlay.alt = `The film with a heat map of what the model looked at for ${named({ label: found.explained })}`
  controls.hidden = false
  showHeat()
  const isOfOne = found.findings.length > 1 && !found.oneHeat
  write('about', isOfOne ? `Heat map of ${named({ label: found.explained })}. ${found.about}` : found.about)
  write('request', found.requestId)
  markExplained(found.explained)
}

/** No heat map of a finding, with the reason in its place. */
export function showNoHeat(finding: string, reason: string): void {
  busy.hidden = true
  heat.disabled = true
  overlay.removeAttribute('src')
  showHeat()
  write('about', reason)
  markExplained(finding)
}

function showOnly(finding: Finding): void {
  const { probability, interval, threshold, note } = finding
  fillBar(element('bar', HTMLElement), finding)
  write('probability', share(probability))
  write('limit', share(threshold))
  write('calibration', note ?? '')
  element('interval-row', HTMLElement).hidden = interval === undefined
  if (!interval) return
  write('interval-name', intervalName(interval))
  write('interval', range(interval))
}

/** Back to the empty stage, with the reason. */
export function showProblem(reason: string): void {
  busy.hidden = true
  film.hidden = true
  overlay.hidden = true
  controls.hidden = true
  viewer.dataset['state'] = 'empty'
  answer.hidden = true
  idle.hidden = false
  problem.textContent = reason
  problem.hidden = false
}

export function showModel(name: string): void {
  write('model', name)
}

function showHeat(): void {
  const shown = heat.checked && !heat.disabled
  overlay.hidden = !shown
  strength.disabled = !shown
  overlay.style.opacity = String(Number(strength.value) / 100)
}

heat.addEventListener('change', showHeat)
strength.addEventListener('input', showHeat)

function write(id: string, text: string): void {
  element(id, HTMLElement).textContent = text
}
