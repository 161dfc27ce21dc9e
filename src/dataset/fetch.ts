import type { Collection } from './collection.ts'
import type { DataSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { fetchFolders } from './folders.ts'
import { fetchNih } from './nih.ts'
import { fetchPhantoms } from './phantoms.ts'

/** Makes the films of a specification available as files with a table beside them. */
export async function fetchData(spec: DataSpec, options: FetchOptions): Promise<Collection> {
  switch (spec.kind) {
    case 'phantoms':
      return fetchPhantoms(spec, options)
    case 'nih':
      return fetchNih(spec, options)
    case 'folders':
      return fetchFolders(spec, options)
    default:
      return spec satisfies never
  }
}
