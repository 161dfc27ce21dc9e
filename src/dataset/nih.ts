import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Misuse, Problem } from '../core/index.ts'
import { fileDigest } from '../store/index.ts'
import { archiveFolder } from './archive.ts'
import { type Collection, collectionDigest, type FilmFile } from './collection.ts'
import type { NihSpec } from './data-spec.ts'
import type { FetchOptions } from './fetch-options.ts'
import { type FoundFile, isImage, isTable, walk } from './walk.ts'

/** The NIH's images, wherever they lie below a folder or in an archive, and their table. */
export async function fetchNih(spec: NihSpec, options: FetchOptions): Promise<Collection> {
  const folder = await imageFolder(spec, options)
  const found = await walk(folder, options.signal)
  const { films, repeated } = filmsByFileName(folder, found)
  if (films.length === 0) {
    throw new Problem(`Cannot use "${spec.images}" as films: there is no PNG or JPEG file anywhere below it`)
  }
  const table = spec.table === undefined ? await findTable(folder, found) : resolve(options.base, spec.table)
  const digest = collectionDigest(await fileDigest(table, 'the table'), films)
  const warnings = repeated === 0 ? [] : [`Films with the name of another one, which were left out: ${repeated}`]
  return { kind: 'nih', table, films, digest, warnings }
}

async function imageFolder(spec: NihSpec, options: FetchOptions): Promise<string> {
  if (/^https?:\/\//i.test(spec.images)) return archiveFolder({ url: spec.images, sha256: spec.sha256 }, options)
  const path = resolve(options.base, spec.images)
  const isFile = (await stat(path).catch(() => undefined))?.isFile() ?? false
  if (isFile) return archiveFolder({ path, sha256: spec.sha256 }, options)
  if (spec.sha256 === undefined) return path
  throw new Misuse(`Cannot compare "${spec.images}" with a SHA-256: it is no archive, and only an archive has one`, {
    next: 'leave "sha256" out, or name a zip archive',
  })
}

function filmsByFileName(folder: string, found: readonly FoundFile[]): { films: FilmFile[]; repeated: number } {
  const byName = new Map<string, FilmFile>()
  let repeated = 0
  for (const file of found) {
    if (!isImage(file.path)) continue
    const name = basename(file.path)
    if (byName.has(name)) repeated++
    else byName.set(name, { ...file, name, path: join(folder, file.path) })
  }
  return { films: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), repeated }
}

async function findTable(folder: string, found: readonly FoundFile[]): Promise<string> {
  const among = found.filter(file => isTable(file.path)).map(file => join(folder, file.path))
  const tables = among.length > 0 ? among : await tablesIn(dirname(folder))
  const [table, ...others] = tables
  if (table === undefined) {
    throw new Problem(
      `Cannot find the table of the films in "${folder}": no Data_Entry_2017*.csv among them or one above`,
      {
        next: 'Say where it is: nih({ images, table })',
      },
    )
  }
  if (others.length > 0) {
    throw new Problem(`Cannot choose the table of the films in "${folder}": there are ${tables.length} of them`, {
      next: 'Say which: nih({ images, table })',
    })
  }
  return table
}

async function tablesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter(isTable).map(name => join(folder, name))
}
