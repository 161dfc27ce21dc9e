import { placeOfName, type RunRecord } from '../../core/index.ts'
import { datasetDigest, type FilmRow, readManifest } from '../../dataset/index.ts'
import { blobs } from '../../store/index.ts'
import type { Workspace } from '../workspace.ts'

/** The films of a data set, as the run that prepared it left them; undefined where none in the store did. */
export async function filmsOfDataset(
  { store }: Pick<Workspace, 'store'>,
  records: readonly RunRecord[],
  dataset: string,
): Promise<readonly FilmRow[] | undefined> {
  const kept = blobs(store)
  const manifests = records.flatMap(({ stage, outputs }) =>
    stage === 'prepare' && outputs['manifest.csv'] !== undefined ? [outputs['manifest.csv']] : [],
  )
  for (const digest of new Set(manifests.toReversed())) {
    if (!(await kept.has(digest))) continue
    const rows = readManifest(new TextDecoder().decode(await kept.get(digest)))
    if (datasetDigest(rows) === dataset) return rows
  }
  return undefined
}

/** The labels of rows under the names that others have for them, where only the case of letters differs. */
export function namedAs(rows: readonly FilmRow[], names: readonly string[]): readonly FilmRow[] {
  const nameOf = new Map(
    Object.keys(rows[0]?.labels ?? {}).map(name => [name, names[placeOfName(name, names)] ?? name]),
  )
  if ([...nameOf].every(([from, to]) => from === to)) return rows
  return rows.map(row => ({
    ...row,
    labels: Object.fromEntries(Object.entries(row.labels).map(([name, label]) => [nameOf.get(name) ?? name, label])),
    ...(row.uncertain && { uncertain: row.uncertain.map(name => nameOf.get(name) ?? name) }),
  }))
}

/** Testing films that a model may be judged on, and how many it knew already. */
export interface Unseen {
  readonly rows: readonly FilmRow[]
  /** Films that it learned from themselves. */
  readonly films: number
  /** Films of patients with another film that it learned from. */
  readonly patients: number
}

/**
 * A film is known by its bytes, a patient by the name or by a film that was learned from, whatever both are called now.
 *
 * @param known the films of the data set that the model was made from: those in training and validation decided about it
 * @param all the films of now, in any part
 */
export function unseenBy(known: readonly FilmRow[], testing: readonly FilmRow[], all: readonly FilmRow[]): Unseen {
  const learned = known.filter(({ split }) => split === 'train' || split === 'validation')
  const films = new Set(learned.map(({ digest }) => digest))
  const again = all.filter(({ digest }) => films.has(digest))
  const patients = new Set([...learned, ...again].map(({ patient }) => patient))
  const others = testing.filter(({ digest }) => !films.has(digest))
  const rows = others.filter(({ patient }) => !patients.has(patient))
  return { rows, films: testing.length - others.length, patients: others.length - rows.length }
}
