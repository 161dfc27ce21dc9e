import { Problem } from '../core/index.ts'
import { type Collection, collectionDigest, type GivenPart } from './collection.ts'
import type { GuideSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { type GuideSplit, readGuideSplit } from './guide-split.ts'
import { collectRows } from './table.ts'

/**
 * The guide's films in the guide's own parts, which were drawn film by film.
 *
 * @throws Problem when patients have films in both sets and nobody said what becomes of them; what `table` refuses is refused here too
 */
export async function fetchGuide(spec: GuideSpec, options: FetchOptions): Promise<Collection> {
  const { training, testing, images, patientsInBoth = 'refuse' } = spec
  const split = await readGuideSplit(spec, options.base)
  if (split.overlap.patients > 0 && patientsInBoth === 'refuse') throw leaking(spec, split)
  const path = `${training} and ${testing}`
  const columns = { csv: path, images, image: 'Image_Index', findings: split.findings }
  const collection = await collectRows(split.rows, columns, { ...options, path, placeOf: split.placeOf })
  const parts = partsOf(collection, split, patientsInBoth)
  return {
    ...collection,
    kind: 'guide',
    parts,
    digest: collectionDigest(collection.digest, collection.films, collection.findings, parts),
    warnings: [...collection.warnings, ...warningsOf(split, patientsInBoth)],
  }
}

function leaking({ training, testing }: GuideSpec, { overlap, testing: films }: GuideSplit): Problem {
  return new Problem(
    `Cannot use the parts of "${training}" and "${testing}": ${people(overlap.patients)} films in both, so ${overlap.testingFilms} of ${films} testing films show somebody whom the model was trained on, and every score on them flatters it; wanted were patients in one part only`,
    {
      next: "guide({ …, patientsInBoth: 'leave-out' }) to judge without those films, 'keep' to score as the guide does, or nih({ … }) to part anew by patient",
    },
  )
}

/** By the film's name. Images are named by the rows without folders. */
function partsOf(
  { films }: Collection,
  { rows, training, overlap }: GuideSplit,
  policy: GuideSpec['patientsInBoth'],
): ReadonlyMap<string, GivenPart> {
  const rowOf = new Map(rows.images.map((image, row) => [image, row]))
  return new Map(
    films.map(({ name }) => {
      const row = rowOf.get(name.slice(name.lastIndexOf('/') + 1)) ?? rowOf.get(name) ?? -1
      const part = row < training ? 'train' : 'test'
      return [name, overlap.rows[row] === 1 && policy === 'leave-out' ? 'unused' : part] as const
    }),
  )
}

function warningsOf({ overlap, testing }: GuideSplit, policy: GuideSpec['patientsInBoth']): string[] {
  if (overlap.patients === 0) return []
  const films = `${overlap.testingFilms} of ${testing} testing films`
  return [
    policy === 'leave-out'
      ? `${people(overlap.patients)} films in both sets; ${films} were left out for it`
      : `${people(overlap.patients)} films in both sets; ${films} show somebody whom the model is trained on, and every score on them flatters it`,
  ]
}

function people(count: number): string {
  return count === 1 ? '1 patient has' : `${count} patients have`
}
