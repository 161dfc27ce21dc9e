import type { Collection } from './collection.ts'
import type { DataSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'

/** Makes the films of a specification available as files with a table beside them. Adapters are loaded when they are asked for. */
export async function fetchData(spec: DataSpec, options: FetchOptions): Promise<Collection> {
  switch (spec.kind) {
    case 'phantoms':
      return (await import('./phantoms.ts')).fetchPhantoms(spec, options)
    case 'nih':
      return (await import('./nih.ts')).fetchNih(spec, options)
    case 'folders':
      return (await import('./folders.ts')).fetchFolders(spec, options)
    case 'table':
      return (await import('./table.ts')).fetchTable(spec, options)
    case 'chexpert':
      return (await import('./chexpert.ts')).fetchChexpert(spec, options)
    case 'guide':
      return (await import('./guide.ts')).fetchGuide(spec, options)
    default:
      return spec satisfies never
  }
}
