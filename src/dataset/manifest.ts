import { digestOf, Problem } from '../core/index.ts'
import { cell, cells } from './csv.ts'
import type { FilmRow, Split } from './film-row.ts'
import type { Label } from './label.ts'

/** Columns before the findings: those of the guide's files. The first, pandas' index, has no name. */
const leading: readonly string[] = ['', 'Image_Index', 'Follow-up_#', 'Patient_ID', 'Patient_Age', 'Patient_Gender']
/** Columns after the findings: those that the guide deletes, then the guide's last one, then ours. */
const trailing: readonly string[] = ['view', 'width', 'height', 'spacing_x', 'spacing_y', 'path', 'digest', 'split']
/** The last column, in the manifest of a table that is uncertain about something: names of findings with `|` between. */
const unsure = 'uncertain'

/** The header of the guide's files. */
export function guideHeader(findings: readonly string[]): string {
  return [...leading, ...findings.map(cell), 'path'].join(',')
}

/** Our manifest: the guide's columns with those that it deletes, the film's digest and its part. */
export function manifestHeader(findings: readonly string[], uncertain = false): string {
  return [...leading, ...findings.map(cell), ...trailing, ...(uncertain ? [unsure] : [])].join(',')
}

/**
 * The rows of a manifest as `prepare` writes it.
 *
 * @throws Problem when the text is no manifest, or a line of it is damaged.
 */
export function readManifest(csv: string): readonly FilmRow[] {
  const [header = '', ...lines] = csv.replace(/\n$/, '').split('\n')
  const columns = cells(header)
  const uncertain = columns.at(-1) === unsure
  const findings = columns.slice(leading.length, columns.length - trailing.length - Number(uncertain))
  if (header !== manifestHeader(findings, uncertain)) {
    throw new Problem('Cannot read the manifest: its header is another one', { next: 'chestnut prepare' })
  }
  return lines.map((line, i) => readRow(cells(line), findings, uncertain, i + 2))
}

function readRow(values: readonly string[], findings: readonly string[], uncertain: boolean, line: number): FilmRow {
  const at = (place: number): string => {
    const value = values[place]
    if (value === undefined)
      throw new Problem(`Cannot read the manifest: line ${line} ends early`, { next: 'chestnut prepare' })
    return value
  }
  const after = leading.length + findings.length
  const x = number(at(after + 3))
  const y = number(at(after + 4))
  const unsureOf = uncertain ? at(after + trailing.length) : ''
  return {
    row: Number(at(0)),
    name: at(1),
    followUp: number(at(2)),
    patient: at(3),
    age: number(at(4)),
    sex: oneOf(at(5), ['M', 'F']),
    labels: Object.fromEntries(findings.map((finding, i) => [finding, label(at(leading.length + i))])),
    path: at(after + 5),
    view: oneOf(at(after), ['PA', 'AP']),
    width: number(at(after + 1)),
    height: number(at(after + 2)),
    spacing: x === null || y === null ? null : [x, y],
    digest: at(after + 6),
    split: split(at(after + 7), line),
    ...(unsureOf !== '' && { uncertain: unsureOf.split('|') }),
  }
}

function number(text: string): number | null {
  return text === '' ? null : Number(text)
}

function label(text: string): Label {
  return text === '1' ? 1 : text === '0' ? 0 : null
}

function oneOf<T extends string>(text: string, values: readonly T[]): T | null {
  return values.find(value => value === text) ?? null
}

function split(text: string, line: number): Split {
  const found = oneOf(text, ['train', 'validation', 'test', 'unused'] as const)
  if (found === null)
    throw new Problem(`Cannot read the manifest: line ${line} is damaged`, { next: 'chestnut prepare' })
  return found
}

/** Identifies films, labels, patients and parts; not where the films lie, nor what they are called. */
export function datasetDigest(rows: readonly FilmRow[]): string {
  return digestOf(rows.map(({ path: _path, name: _name, ...row }) => row))
}
