import type { Answer } from './answer.ts'
import { element } from './elements.ts'

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

export function showAnswer(found: Answer): void {
  busy.hidden = true
  heat.disabled = found.overlay === undefined
  if (found.overlay === undefined) overlay.removeAttribute('src')
  else overlay.src = found.overlay
  controls.hidden = false
  showHeat()
  const positive = found.probability >= found.threshold
  answer.classList.toggle('positive', positive)
  write('prediction', found.prediction)
  write('sentence', sentence(found, positive))
  write('probability', share(found.probability))
  write('limit', share(found.threshold))
  write('about', found.about)
  write('by', found.model)
  write('request', found.requestId)
  write('threshold', `threshold ${share(found.threshold)}`)
  const bar = element('bar', HTMLElement)
  bar.setAttribute('aria-label', `Probability ${share(found.probability)}, threshold ${share(found.threshold)}`)
  bar.style.setProperty('--probability', String(found.probability))
  bar.style.setProperty('--threshold', String(found.threshold))
  answer.hidden = false
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

function sentence({ probability, threshold }: Answer, positive: boolean): string {
  return positive
    ? `The probability of ${share(probability)} reaches the threshold of ${share(threshold)}.`
    : `The probability of ${share(probability)} stays below the threshold of ${share(threshold)}.`
}

function share(value: number): string {
  return value.toFixed(value > 0 && value < 0.01 ? 4 : 2)
}

function write(id: string, text: string): void {
  element(id, HTMLElement).textContent = text
}
