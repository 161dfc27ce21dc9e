import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { packageRoot } from '../src/core/index.ts'
import { tinyConfig } from './project-folder.ts'

let folder: string
let packed: readonly string[]

/** Nothing of this checkout must be found from the empty folder, and a machine without a GPU needs no CUDA. */
const environment = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-package-'))
  const report = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: packageRoot(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [archive] = JSON.parse(report) as { filename: string; files: { path: string }[] }[]
  packed = archive?.files.map(file => file.path) ?? []
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'somebody', private: true, type: 'module' }))
  const compiler = JSON.parse(
    execFileSync('npm', ['pkg', 'get', 'devDependencies.typescript'], { cwd: packageRoot(), encoding: 'utf8' }),
  ) as string
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', `./${archive?.filename}`, `typescript@${compiler}`],
    { cwd: folder, env: environment, stdio: 'ignore' },
  )
})
after(() => rm(folder, { recursive: true, force: true }))

function npx(...words: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...words], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  })
  return { status, out: stdout + stderr }
}

test('the package holds no tests, no sources and no map of them', () => {
  assert.deepEqual(
    packed.filter(path => /\.test\.|\.map$|^(src|test|bench)\//.test(path)),
    [],
  )
  assert.ok(packed.includes('web/index.html') && packed.includes('dist/src/cli/main.js'))
})

test('installed into an empty folder it writes a configuration that the compiler accepts', () => {
  assert.equal(npx('chestnut', 'init').status, 0)
  const { status, out } = npx(
    'tsc',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    'chestnut.config.ts',
  )
  assert.equal(status, 0, out)
})

test('installed into an empty folder it runs the whole cycle', async () => {
  await writeFile(join(folder, 'chestnut.config.ts'), tinyConfig)
  const { status, out } = npx('chestnut', 'run')
  assert.equal(status, 0, out)
  assert.match(out, /now in production/)
})
