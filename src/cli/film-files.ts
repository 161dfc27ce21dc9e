import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { Misuse, Problem, systemCode } from '../core/index.ts'

/** Files as given; of folders every film below them, sorted. */
export async function filmFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const path of paths) {
    if (!(await isFolder(path))) files.push(path)
    else {
      const films = await filmsBelow(path)
      if (films.length === 0) {
        throw new Problem(`Cannot predict "${path}": the folder holds no film, wanted PNG or JPEG files`, {
          next: 'chestnut predict FILM',
        })
      }
      for (const film of films) files.push(film)
    }
  }
  return files
}

const filmEndings: readonly string[] = ['.png', '.jpg', '.jpeg']

/** Without what systems and archivers leave behind (`._film.png`, `__MACOSX`), and without hidden folders. */
async function filmsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => !entry.isDirectory() && filmEndings.includes(extname(entry.name).toLowerCase()))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !relative(folder, path).split(sep).some(isJunk))
    .sort()
}

function isJunk(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX'
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EACCES: 'this user may not read it',
  ELOOP: 'it is a link that leads to itself',
  ENAMETOOLONG: 'the name is too long',
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    const reason = reasons[systemCode(cause) ?? '']
    if (reason === undefined) throw cause
    throw new Misuse(`Cannot predict "${path}": ${reason}`, { cause, next: 'chestnut predict FILM' })
  }
}
