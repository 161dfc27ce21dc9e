// Makes a fresh clone ready: installs the packages of the lock file and compiles, each only when something changed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cannot set up Chestnut: this is Node ${process.versions.node}, wanted 20.19 or newer`)
  process.exit(1)
}

const stamp = join(root, 'node_modules', '.chestnut-setup')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing packages …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
run(process.execPath, [compiler, '--project', '.'])
run(process.execPath, [compiler, '--project', 'web'])

function run(command, args) {
  try {
    execFileSync(command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32' && command === 'npm',
    })
  } catch (error) {
    process.exit(error.status ?? 1)
  }
}
