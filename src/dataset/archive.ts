import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../core/index.ts'
import { diskProblem } from './disk-problem.ts'
import { download, type Source } from './download.ts'
import type { FetchOptions } from './fetch-options.ts'
import { unzip } from './unzip.ts'
import { wholeFolder } from './whole-folder.ts'

/** The folder that an archive was unpacked into, now or earlier. */
export async function archiveFolder(
  archive: Source | { readonly path: string },
  options: FetchOptions,
): Promise<string> {
  const name = `archive-${digestOf(await identity(archive)).slice(0, 16)}`
  const folder = join(options.folder, name)
  if (existsSync(folder)) return folder
  await mkdir(options.folder, { recursive: true }).catch((error: unknown) => {
    throw diskProblem(error, options.folder)
  })
  const file =
    'path' in archive ? archive.path : await downloaded(archive, join(options.folder, `${name}.zip`), options)
  await wholeFolder(folder, partial => unzip(file, partial, options))
  // What was downloaded is unpacked now, and the folder is what the next run looks for.
  if (!('path' in archive)) await rm(file, { force: true })
  return folder
}

/** A local archive that was changed is another one; one behind a URL is fetched once. */
async function identity(archive: Source | { readonly path: string }): Promise<unknown> {
  if (!('path' in archive)) return { url: archive.url, sha256: archive.sha256 }
  const { size, mtimeMs } = await stat(archive.path)
  return { path: archive.path, size, mtimeMs }
}

async function downloaded(source: Source, file: string, options: FetchOptions): Promise<string> {
  if (!existsSync(file)) await download(source, file, options)
  return file
}
