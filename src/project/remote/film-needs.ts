import { stat } from 'node:fs/promises'
import { systemCode } from '../../core/index.ts'
import type { FilmRow } from '../../dataset/index.ts'
import type { Contract } from '../../imaging/index.ts'
import type { ArchiveEntry } from '../../machines/index.ts'
import { openFilms } from '../films.ts'
import type { Workspace } from '../workspace.ts'

/** Rows for another machine: films by number, patients by a number in the order of their ids, no path. */
export function withoutNames(rows: readonly FilmRow[]): readonly FilmRow[] {
  const patients = [...new Set(rows.map(({ patient }) => patient))].sort()
  const digits = String(patients.length).length
  const numbers = new Map(patients.map((patient, i) => [patient, String(i + 1).padStart(digits, '0')]))
  return rows.map(row => ({ ...row, name: `film-${row.row}`, path: '', patient: numbers.get(row.patient)! }))
}

/** Where a film lies in a bundle that could not be read here: the other side then sets it aside for the same reason. */
export function filmPath({ digest }: FilmRow): string {
  return `films/${digest}`
}

/** The films of rows as the contract wants them, decoded here: the films themselves stay. */
export async function filmFiles(
  workspace: Workspace,
  rows: readonly FilmRow[],
  contract: Contract,
): Promise<readonly ArchiveEntry[]> {
  const films = await openFilms(workspace, rows, contract)
  // Reading mends what is damaged.
  const files = new Map<string, ArchiveEntry>()
  for (let i = 0; i < films.rows.length; i++) {
    await films.read(i)
    const { name, path } = films.file(i)
    files.set(name, { path: `pixels/${name}`, from: path, isProgram: false })
  }
  const bad = new Set(films.bad.map(({ row }) => row))
  for (const row of rows) {
    if (bad.has(row.row) && (await isFile(row.path)))
      files.set(row.digest, { path: filmPath(row), from: row.path, isProgram: false })
  }
  return [...files.values()]
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    // What is gone here is gone there.
    if (systemCode(error) === undefined) throw error
    return false
  }
}
