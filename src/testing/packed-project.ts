import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, packageRoot } from '../core/index.ts'

/** Makes a folder a project of npm that pins this very Chestnut, as a file, and what it needs as our own lock file does. */
export function packProject(folder: string): void {
  const root = packageRoot()
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(said) as { filename: string }[]
  const file = packed?.filename ?? ''
  const integrity = `sha512-${createHash('sha512')
    .update(readFileSync(join(folder, file)))
    .digest('base64')}`
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>
  }
  const { '': own, ...others } = lock.packages
  const { devDependencies: _, ...chestnut } = own as Record<string, unknown>
  const needed = Object.entries(others).filter(([, one]) => isJsonObject(one) && one['dev'] !== true)
  const manifest = {
    name: 'somebody',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: { chestnut: `file:${file}` },
  }
  const packages = {
    '': { name: manifest.name, version: manifest.version, dependencies: manifest.dependencies },
    'node_modules/chestnut': { ...chestnut, resolved: `file:${file}`, integrity },
    ...Object.fromEntries(needed),
  }
  write('package.json', manifest)
  write('package-lock.json', {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages,
  })

  function write(name: string, value: unknown): void {
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  }
}
