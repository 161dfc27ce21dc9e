import { basename, dirname, join, resolve } from 'node:path'
import { Problem } from '../core/index.ts'
import { type Collection, collectionDigest, type FilmFile } from './collection.ts'
import { cell } from './csv.ts'
import type { FolderSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { keepTable } from './keep-table.ts'
import { nihHeader } from './nih-header.ts'
import { patientPattern } from './patient-pattern.ts'
import { isImage, walk } from './walk.ts'

/**
 * A folder for each class. The folder that holds a film is its class; `NORMAL` is called `No Finding`, as in the NIH's
 * table. What stands above (`train/`, `test/`, `val/`) only tells patients apart: Chestnut splits by itself.
 */
export async function fetchFolders(spec: FolderSpec, options: FetchOptions): Promise<Collection> {
  const folder = resolve(options.base, spec.path)
  const patientOf = patientRule(spec.patient)
  const films: FilmFile[] = (await walk(folder, options.signal))
    .filter(file => isImage(file.path))
    .map(file => ({ ...file, name: file.path, path: join(folder, file.path) }))
  if (films.length === 0) {
    throw new Problem(`Cannot use "${spec.path}" as films: there is no PNG or JPEG file anywhere below it`)
  }
  const patients = films.map(film => patientOf(film.name))
  const lines = films.map((film, i) => tableLine(film.name, patients[i] ?? film.name))
  const table = `${[nihHeader, ...lines].join('\n')}\n`
  const { path, digest } = await keepTable(table, options.folder)
  const alone = patients.filter(patient => patient === undefined).length
  return { kind: 'folders', table: path, films, digest: collectionDigest(digest, films), warnings: warning(alone) }
}

function tableLine(name: string, patient: string): string {
  const folder = dirname(name)
  const label = basename(folder)
  if (folder === '.' || label.includes('|')) {
    throw new Problem(
      `Cannot tell the class of some films: they lie in no folder of their own, or its name holds a "|"`,
      {
        next: 'Put each film into a folder named after its class: NORMAL/, PNEUMONIA/',
      },
    )
  }
  const finding = /^(normal|no.?finding)$/i.test(label) ? 'No Finding' : label
  return [cell(name), cell(finding), '', cell(patient), '', '', '', '', '', '', '', ''].join(',')
}

/** Names that tell the patient: the NIH's, and those of the Kermany set. */
const knownNames: readonly RegExp[] = [/^(\d{8})_\d{3}\./, /^(person\d+)_/, /^(?:NORMAL\d*-)?(IM-\d+)-/]

/**
 * The patient in a film's path, or undefined. By the known names a patient's number counts within one of `train`, `test`
 * and `val` only: the Kermany set starts again from 1 in each. An expression given by the user sees the whole path.
 */
function patientRule(expression: string | undefined): (path: string) => string | undefined {
  if (expression !== undefined) return patientPattern(expression)
  return path => {
    const name = basename(path)
    const patient = knownNames.map(rule => rule.exec(name)?.[1]).find(found => found !== undefined)
    const part = /(?:^|\/)(train|test|val|valid|validation)\//i.exec(path)?.[1]
    return patient === undefined || part === undefined || /^\d{8}$/.test(patient) ? patient : `${part}/${patient}`
  }
}

function warning(alone: number): string[] {
  if (alone === 0) return []
  return [
    `Films that do not tell their patient and count as a patient each: ${alone}. Films of one person may be in two splits; ` +
      'say how to find the patient with folders({ path, patient: "a regular expression" })',
  ]
}
