import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isJsonObject, Problem, textsFromJson } from '../../core/index.ts'
import { architectureOf, nativePackages, type Target } from './target.ts'

export interface PackageFolder {
  readonly name: string
  readonly version: string
  readonly folder: string
}

interface Manifest extends PackageFolder {
  readonly dependencies: readonly string[]
  readonly optional: Readonly<Record<string, string>>
  /** Undefined where the package runs everywhere. */
  readonly os: readonly string[] | undefined
  readonly cpu: readonly string[] | undefined
  readonly libc: readonly string[] | undefined
}

/**
 * The folders of all packages that a package needs on a target, itself first, as Node would find them. Of what is optional, that which
 * is made for the target.
 *
 * @throws Problem when one is missing.
 */
export function packageFolders(root: string, target: Target): readonly PackageFolder[] {
  const found = new Map<string, Manifest>()
  const wanted: Record<string, string> = {}
  const visit = (folder: string): void => {
    if (found.has(folder)) return
    const manifest = readManifest(folder)
    found.set(folder, manifest)
    Object.assign(wanted, manifest.optional)
    for (const name of manifest.dependencies) visit(findPackage(folder, name) ?? refuse(name, manifest, target))
    for (const name of Object.keys(manifest.optional)) {
      const optional = findPackage(folder, name)
      if (optional !== undefined && isMadeFor(readManifest(optional), target)) visit(optional)
    }
  }
  visit(root)
  const names = new Set([...found.values()].map(one => one.name))
  const lacking = nativePackages(target).filter(name => !names.has(name))
  if (lacking.length > 0) throw lack(lacking, wanted, target)
  return [...found.values()]
}

/** Up the folders, as Node looks for it. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

function readManifest(folder: string): Manifest {
  const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (!isJsonObject(value)) throw new Problem(`Cannot read "${join(folder, 'package.json')}": it is no JSON object`)
  const optional = textsFromJson(value['optionalDependencies'] ?? {}) ?? {}
  const dependencies = Object.keys(textsFromJson(value['dependencies'] ?? {}) ?? {})
  return {
    folder,
    name: String(value['name']),
    version: String(value['version']),
    // npm writes optional ones into both.
    dependencies: dependencies.filter(name => optional[name] === undefined),
    optional,
    os: texts(value['os']),
    cpu: texts(value['cpu']),
    libc: texts(value['libc']),
  }
}

/** What is optional and runs everywhere only makes something faster that works without. */
function isMadeFor({ os, cpu, libc }: Manifest, target: Target): boolean {
  const isTarget = os?.includes('linux') === true && cpu?.includes(architectureOf(target)) === true
  return isTarget && (libc?.includes('glibc') ?? true)
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined
}

function refuse(name: string, needed: Manifest, target: Target): never {
  throw new Problem(`Cannot pack for "${target}": "${needed.name}" needs "${name}", which is not installed`, {
    next: 'npm install',
  })
}

function lack(names: readonly string[], wanted: Readonly<Record<string, string>>, target: Target): Problem {
  const list = names.map(name => `"${name}"`).join(', ')
  const packages = names.map(name => (wanted[name] === undefined ? name : `${name}@${wanted[name]}`))
  return new Problem(`Cannot pack for "${target}": its machine code is not here, wanted ${list}`, {
    next: `npm install --no-save --force ${packages.join(' ')}`,
  })
}
