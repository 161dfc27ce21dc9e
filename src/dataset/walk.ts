import type { Dirent, Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Problem, systemCode, throwIfAborted } from '../core/index.ts'

/** A file found below a folder. `path` is below the folder it was looked for in, with `/` on every system. */
export interface FoundFile {
  readonly path: string
  readonly size: number
  readonly mtime: number
  readonly inode: number
}

const imageName = /\.(png|jpe?g)$/i
const tableName = /^Data_Entry_2017.*\.csv(\.gz)?$/i

export function isImage(path: string): boolean {
  return imageName.test(basename(path))
}

export function isTable(path: string): boolean {
  return tableName.test(basename(path))
}

/** What operating systems and archivers leave behind: `.DS_Store`, `._film.png`, `__MACOSX`, `Thumbs.db` … */
export function isJunk(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini'
}

/**
 * The images and tables below a folder, at any depth, sorted by path. Links are followed, each folder is entered once.
 *
 * @throws Problem when the folder is not there, is no folder or may not be read.
 */
export async function walk(folder: string, signal?: AbortSignal): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  await enter(folder, '', { found, entered: new Set(), signal })
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Walk {
  readonly found: FoundFile[]
  /** Device and inode of each folder, so that a link upwards is no endless loop. */
  readonly entered: Set<string>
  readonly signal: AbortSignal | undefined
}

async function enter(root: string, below: string, walk: Walk): Promise<void> {
  throwIfAborted(walk.signal)
  const entries = await readFolder(join(root, below), walk.entered)
  const wanted = entries.filter(entry => !isJunk(entry.name) && !hasControlCharacter(entry.name))
  await Promise.all(
    wanted.map(async entry => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) return enter(root, path, walk)
      const wantedFile = isImage(path) || isTable(path)
      if (!wantedFile && !entry.isSymbolicLink()) return
      const facts = await statOf(join(root, path))
      if (facts?.isDirectory()) return enter(root, path, walk)
      if (wantedFile && facts?.isFile()) {
        walk.found.push({ path, size: facts.size, mtime: facts.mtimeMs, inode: facts.ino })
      }
    }),
  )
}

async function readFolder(folder: string, entered: Set<string>): Promise<Dirent[]> {
  try {
    const { dev, ino } = await stat(folder)
    if (entered.has(`${dev}:${ino}`)) return []
    entered.add(`${dev}:${ino}`)
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    throw new Problem(
      `Cannot look for films in "${folder}": ${reasons[systemCode(error) ?? ''] ?? 'it cannot be read'}`,
      {
        cause: error,
      },
    )
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is a file, a folder was wanted',
  EACCES: 'this user may not read it',
}

/** Undefined for a link that leads nowhere. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') return undefined
    throw error
  }
}

/** Tables separate names by line ends; a name with one in it cannot be an entry of a table. */
function hasControlCharacter(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) < 32) return true
  return false
}
