import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isJsonObject } from '../core/index.ts'
import { fileDigest } from '../store/index.ts'
import type { ImageContent } from './sbom.ts'

/** Looks at an image from within. @param folder where its project is, such as "/app" */
export async function imageContent(folder: string): Promise<ImageContent> {
  const manifest = readJson(join(folder, 'package.json'))
  const lock = readJson(join(folder, 'node_modules', '.package-lock.json'))
  const packages = lock['packages']
  const system = systemFacts()
  return {
    name: String(manifest['name']),
    packages: isJsonObject(packages) ? packages : {},
    natives: await natives(folder),
    node: process.versions.node,
    dpkg: existsSync('/var/lib/dpkg/status') ? readFileSync('/var/lib/dpkg/status', 'utf8') : undefined,
    system,
  }
}

/** Machine code of packages, and Node. Sorted by path. */
async function natives(folder: string): Promise<ImageContent['natives']> {
  const entries = await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile() && /\.(node|so(\.[\d.]+)?)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  const found: { path: string; sha256: string }[] = []
  for (const file of files) found.push({ path: relative(folder, file), sha256: await fileDigest(file, 'the library') })
  return [...found, { path: process.execPath, sha256: await fileDigest(process.execPath, 'Node') }]
}

function systemFacts(): ImageContent['system'] {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const of = (name: string): string => new RegExp(`^${name}="?([^"\n]+)"?$`, 'm').exec(text)?.[1] ?? 'unknown'
  return { id: of('ID'), version: of('VERSION_ID') }
}

function readJson(path: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return isJsonObject(value) ? value : {}
}
