import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot, sha256, systemCode } from '../core/index.ts'

export interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
}

/** Where the page's files lie in the package, by the ending of their names. */
const folders: readonly (readonly [ending: string, folder: readonly string[]])[] = [
  ['html', ['web']],
  ['css', ['web']],
  ['js', ['dist', 'web']],
  ['woff2', ['assets', 'fonts']],
]

/** The files of the page by their names, all of them read once: a request can name no others. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>()
  for (const [ending, parts] of folders) {
    const folder = join(packageRoot(), ...parts)
    for (const name of (await namesIn(folder)).filter(name => name.endsWith(`.${ending}`)).sort()) {
      const bytes = new Uint8Array(await readFile(join(folder, name)))
      files.set(name, { type: types[ending]!, bytes, etag: `"${sha256(bytes).slice(0, 32)}"` })
    }
  }
  return files
}

/** The folder of compiled scripts is missing until the first build. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
