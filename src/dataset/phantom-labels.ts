import { join } from 'node:path'
import { Misuse, nearest, random } from '../core/index.ts'
import { type Finding, findings as known, type PhantomFilm } from '../imaging/index.ts'
import type { PhantomSpec, TableSpec } from './data-spec.ts'
import { noFinding } from './findings.ts'

/** How the table of a drawn set is written. */
export interface PhantomTable {
  readonly name: string
  readonly header: string
  readonly line: (film: PhantomFilm) => string
}

/** What is asked of phantoms that show several findings. */
interface PhantomLabels {
  readonly findings: readonly Finding[]
  readonly unlabelled: number
  readonly uncertain: number
}

/** @returns undefined where pneumonia alone is asked for */
export function labelsOf({ findings, unlabelled = 0, uncertain = 0 }: PhantomSpec): PhantomLabels | undefined {
  if (findings === undefined) {
    if (unlabelled === 0 && uncertain === 0) return undefined
    throw new Misuse('Cannot leave out labels of phantoms: "unlabelled" and "uncertain" go with "findings"', {
      next: "add findings: 'all'",
    })
  }
  if (unlabelled + uncertain >= 1) {
    throw new Misuse(
      `Cannot leave out labels of phantoms: "unlabelled" and "uncertain" are ${unlabelled + uncertain} together, less than 1 is wanted`,
    )
  }
  const wanted = checked(findings === 'all' ? known : findings)
  return { findings: known.filter(finding => wanted.includes(finding)), unlabelled, uncertain }
}

function checked(wanted: readonly string[]): readonly string[] {
  const names: readonly string[] = known
  const odd = wanted.find(finding => !names.includes(finding))
  if (odd === undefined) return wanted
  const close = nearest(odd, names)
  throw new Misuse(`Cannot draw "${odd}" on phantoms${close === undefined ? '' : `, did you mean "${close}"?`}`, {
    next: `Choose from: ${names.join(', ')}`,
  })
}

const columns = ['Image Index', 'Patient ID', 'Follow-up #', 'Patient Age', 'Patient Gender', 'View Position'] as const

/** The table that a hospital could have: a column a finding, with 1, 0, -1 for uncertain or nothing. */
export function labelTable({ findings, unlabelled, uncertain }: PhantomLabels, seed: number): PhantomTable {
  return {
    name: 'labels.csv',
    header: [...columns, ...findings, noFinding].join(','),
    line: film => {
      const draw = random(seed, 'labels', film.patient, film.followUp)
      const labels = findings.map(finding => {
        const chance = draw.uniform()
        if (chance < unlabelled) return ''
        return chance < unlabelled + uncertain ? -1 : Number(film.findings.includes(finding))
      })
      const { name, patient, followUp, age, sex, view } = film
      return [name, patient, followUp, age, sex, view, ...labels, Number(film.findings.includes(noFinding))].join(',')
    },
  }
}

export function tableSpec(folder: string, findings: readonly Finding[]): TableSpec {
  const [image, patient, study, age, sex, view] = columns
  return {
    kind: 'table',
    csv: join(folder, 'labels.csv'),
    images: folder,
    image,
    patient,
    study,
    age,
    sex,
    view,
    findings: [...findings, noFinding],
  }
}
