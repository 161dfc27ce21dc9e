import { Problem, type Random, random } from '../../core/index.ts'
import { drawAcquisition } from './acquisition.ts'
import { type Anatomy, drawAnatomy } from './anatomy.ts'
import { commonScanner, type Scanner } from './develop.ts'
import type { FilmPlan } from './draw-phantom.ts'
import { chance } from './draws.ts'
import type { Finding } from './finding.ts'
import { planOtherFindings } from './other-findings.ts'

/**
 * Something beside the lungs that goes with the label in nine of ten films, as happens in real collections: a plate on
 * the film, the view (the ill are filmed on their beds), or the machine of another ward.
 */
export type Shortcut = 'none' | 'marker' | 'view' | 'scanner'

export interface PhantomOptions {
  readonly seed: number
  readonly patients: number
  /** Side of the films in pixels. Default: 256. */
  readonly size?: number
  /** Share of the films with pneumonia, or with each of the `findings`. Default: 0.5, with `findings` 0.12. */
  readonly prevalence?: number
  /** Findings to be told apart, each drawn plainly and apart from all others. Default: pneumonia among faint other findings. */
  readonly findings?: readonly Finding[]
  /** Default: none. */
  readonly shortcut?: Shortcut
}

/** A film of a cohort before it is drawn. */
export interface PlannedFilm {
  /** From 1. */
  readonly patient: number
  /** From 0. */
  readonly followUp: number
  /** Years. */
  readonly age: number
  /** NIH's names, in alphabetical order; `No Finding` alone where there is none. */
  readonly findings: readonly string[]
  readonly plan: FilmPlan
}

const mostFilms = 8

/** Who comes, how often, and what each film shows. A film depends on the options and its own numbers alone. */
export function* planCohort(options: PhantomOptions): Generator<PlannedFilm, void, undefined> {
  const { seed, patients, findings, shortcut = 'none' } = options
  const prevalence = options.prevalence ?? (findings === undefined ? 0.5 : 0.12)
  checkOptions(options)
  for (let patient = 1; patient <= patients; patient++) {
    const anatomy = drawAnatomy(seed, patient)
    const draw = random(seed, 'history', patient)
    const films = countFilms(draw)
    const ill = chance(draw, prevalence)
    const course = findings?.filter(() => chance(draw, prevalence))
    for (let followUp = 0; followUp < films; followUp++) {
      const drawFilm = random(seed, 'film', patient, followUp)
      const plan = planFilm(drawFilm, anatomy, { ill, prevalence, shortcut })
      const planted = findings?.filter(finding => agrees(drawFilm, course?.includes(finding) ?? false, prevalence))
      const age = Math.min(95, anatomy.age + Math.floor(followUp / 3))
      if (planted === undefined) yield { patient, followUp, age, findings: findingsOf(plan), plan }
      else yield { patient, followUp, age, ...withPlanted(plan, planted) }
    }
  }
}

/** More than half of the patients have one film, as at NIH. */
function countFilms(draw: Random): number {
  let films = 1
  while (films < mostFilms && chance(draw, 0.46)) films++
  return films
}

interface Course {
  readonly ill: boolean
  readonly prevalence: number
  readonly shortcut: Shortcut
}

/** Three of four films agree with the patient's course; the others are drawn anew, so that the prevalence holds. */
function agrees(draw: Random, course: boolean, prevalence: number): boolean {
  return chance(draw, 0.75) ? course : chance(draw, prevalence)
}

function withPlanted(plan: FilmPlan, planted: readonly Finding[]): Pick<PlannedFilm, 'findings' | 'plan'> {
  const findings = planted.length === 0 ? ['No Finding'] : [...planted].sort()
  return { findings, plan: { ...plan, pneumonia: false, others: [], planted } }
}

function planFilm(draw: Random, anatomy: Anatomy, { ill, prevalence, shortcut }: Course): FilmPlan {
  const pneumonia = agrees(draw, ill, prevalence)
  const others = planOtherFindings(draw)
  // Drawn in any case, so that a shortcut changes nothing but itself.
  const marked = chance(draw, 0.9) === pneumonia
  const bed = chance(draw, 0.4)
  const view = (shortcut === 'view' ? marked : bed) ? 'AP' : 'PA'
  return {
    anatomy,
    acquisition: drawAcquisition(draw, view),
    pneumonia,
    others,
    plate: shortcut === 'marker' && marked,
    scanner: shortcut === 'scanner' && marked ? otherScanner : commonScanner,
  }
}

const otherScanner: Scanner = { gamma: 0.8, blur: 0.9, levels: 64 }

function findingsOf({ pneumonia, others }: FilmPlan): readonly string[] {
  const findings = pneumonia ? [...others, 'Pneumonia'].sort() : others
  return findings.length === 0 ? ['No Finding'] : findings
}

function checkOptions({
  seed,
  patients,
  size = 256,
  prevalence = 0.5,
  findings,
  shortcut = 'none',
}: PhantomOptions): void {
  demand('seed', seed, Number.isSafeInteger(seed) && seed >= 0, 'a whole number from 0')
  demand('patients', patients, Number.isInteger(patients) && patients >= 1 && patients < 1e8, 'a whole number from 1')
  demand('size', size, Number.isInteger(size) && size >= 32 && size <= 4096, 'a whole number from 32 to 4096')
  demand('prevalence', prevalence, prevalence >= 0 && prevalence <= 1, 'a number from 0 to 1')
  if (findings !== undefined && shortcut !== 'none') {
    throw new Problem(`Cannot draw phantoms: a "shortcut" goes with pneumonia alone, and "findings" are named too`)
  }
}

function demand(name: string, value: number, fine: boolean, wanted: string): void {
  if (!fine) throw new Problem(`Cannot draw phantoms: "${name}" is ${value}, ${wanted} is wanted`)
}
