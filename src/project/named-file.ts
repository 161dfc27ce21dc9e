import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Misuse, Problem, sha256, systemCode } from '../core/index.ts'
import { blobs, fetchBlob, shownUrl } from '../store/index.ts'
import type { Workspace } from './workspace.ts'

/** A file that the configuration names. */
export interface NamedFile {
  /** A path from the folder of the configuration, or an address that begins with https://. */
  readonly path: string
  /** What it must hash to; an address needs it. */
  readonly sha256?: string | undefined
  /** For errors, what it is: "backbone". */
  readonly what: string
  /** The settings that hold its path and its SHA-256. Default: `WHAT` and `WHAT.sha256`. */
  readonly settings?: { readonly path: string; readonly sha256: string }
}

/** Whether a path is an address of the web. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path)
}

/**
 * The bytes of a file that the configuration names, compared with their SHA-256. What lies behind an address is downloaded
 * once and kept in the project's store under its SHA-256.
 *
 * @throws Problem when it is not there or is another one
 */
export async function readNamedFile(workspace: Workspace, file: NamedFile): Promise<Uint8Array> {
  if (isAddress(file.path)) return downloaded(workspace, file)
  const bytes = await readLocal(workspace, file)
  const found = sha256(bytes)
  if (file.sha256 === undefined || file.sha256.toLowerCase() === found) return bytes
  throw new Problem(`Cannot use the ${file.what} "${file.path}": its SHA-256 is ${found}, ${file.sha256} was wanted`, {
    next: `get the file again, or correct "${settingsOf(file).sha256}" in chestnut.config.ts`,
  })
}

function settingsOf({ what, settings }: NamedFile): { readonly path: string; readonly sha256: string } {
  return settings ?? { path: what, sha256: `${what}.sha256` }
}

async function downloaded(workspace: Workspace, file: NamedFile): Promise<Uint8Array> {
  const { path, sha256: digest, what } = file
  if (digest === undefined) {
    throw new Misuse(`Cannot download the ${what} "${shownUrl(path)}": a file of the web needs its SHA-256`, {
      next: `set "${settingsOf(file).sha256}" in chestnut.config.ts; sha256sum FILE prints it`,
    })
  }
  const { store, state, clock, progress, signal } = workspace
  const options = { store, folder: join(state, 'downloads'), clock, progress, signal }
  return blobs(store).get(await fetchBlob({ url: path, sha256: digest }, options))
}

async function readLocal(workspace: Workspace, file: NamedFile): Promise<Uint8Array> {
  const { path, what } = file
  try {
    return await readFile(resolve(workspace.base, path))
  } catch (cause) {
    const code = systemCode(cause)
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder, a file was wanted',
      EACCES: 'this user may not read it',
      ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
    }
    const is = reasons[code ?? '']
    if (is === undefined) throw cause
    throw new Problem(`Cannot read the ${what} "${path}": ${is}`, {
      cause,
      next: `correct "${settingsOf(file).path}" in chestnut.config.ts`,
    })
  }
}
