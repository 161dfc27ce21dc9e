import { basename } from 'node:path'
import type { Collection } from '../../dataset/index.ts'
import type { FetchedFilms } from '../stages/prepare.ts'
import type { StageNeeds } from './stage-needs.ts'

/** What a preparation takes along: the table, and names, places and digests of the films; none of their pixels. */
export async function prepareNeeds({ collection, digests, digest }: FetchedFilms): Promise<StageNeeds> {
  const { parts, ...rest } = collection
  const table = `table/${basename(collection.table)}`
  return {
    given: {
      collection: { ...rest, table, ...(parts === undefined ? {} : { parts: [...parts] }) },
      digests: [...digests],
      digest,
    },
    files: [{ path: table, from: collection.table, isProgram: false }],
    films: 0,
    form: 'table',
  }
}

type Given = Omit<Collection, 'parts'> & {
  readonly parts?: readonly (readonly [string, 'train' | 'test' | 'unused'])[]
}

/** The same on the other side. @param place of a file of the bundle */
export function fetchedFrom(given: unknown, place: (path: string) => string): FetchedFilms {
  const { collection, digests, digest } = given as {
    readonly collection: Given
    readonly digests: readonly (readonly [string, string])[]
    readonly digest: string
  }
  const { parts, ...rest } = collection
  return {
    collection: { ...rest, table: place(rest.table), ...(parts === undefined ? {} : { parts: new Map(parts) }) },
    digests: new Map(digests),
    digest,
  }
}
