import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, Problem } from '../core/index.ts'
import { type DownloadSource, download, fileDigest, makeFolder } from '../store/index.ts'
import type { FetchOptions } from './fetch-options.ts'
import { unzip } from './unzip.ts'
import { wholeFolder } from './whole-folder.ts'

/** An archive on this machine. */
interface LocalArchive {
  readonly path: string
  /** What it must hash to. */
  readonly sha256?: string | undefined
}

/** The folder that an archive was unpacked into, now or earlier. */
export async function archiveFolder(archive: DownloadSource | LocalArchive, options: FetchOptions): Promise<string> {
  const name = `archive-${digestOf(await identity(archive)).slice(0, 16)}`
  const folder = join(options.folder, name)
  if (existsSync(folder)) return folder
  await makeFolder(options.folder)
  const file =
    'path' in archive ? archive.path : await downloaded(archive, join(options.folder, `${name}.zip`), options)
  if ('path' in archive) await verify(archive)
  await wholeFolder(folder, partial => unzip(file, partial, options))
  // What was downloaded is unpacked now, and the folder is what the next run looks for.
  if (!('path' in archive)) await rm(file, { force: true })
  return folder
}

/** A local archive that was changed is another one; one behind a URL is fetched once. */
async function identity(archive: DownloadSource | LocalArchive): Promise<unknown> {
  if (!('path' in archive)) return { url: archive.url, sha256: archive.sha256 }
  const { size, mtimeMs } = await stat(archive.path)
  return { path: archive.path, size, mtimeMs, sha256: archive.sha256 }
}

async function verify({ path, sha256 }: LocalArchive): Promise<void> {
  if (sha256 === undefined) return
  const found = await fileDigest(path, 'the archive')
  if (found !== sha256.toLowerCase()) {
    throw new Problem(`Cannot use "${path}": its SHA-256 is ${found}, ${sha256} was wanted`)
  }
}

async function downloaded(source: DownloadSource, file: string, options: FetchOptions): Promise<string> {
  if (!existsSync(file)) await download(source, file, options)
  return file
}
