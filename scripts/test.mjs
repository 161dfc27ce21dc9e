// Runs the compiled tests: all of them with coverage (--no-coverage: without, which is quicker), or the files whose path holds
// one of the given words.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2).filter(word => !word.startsWith('--'))
const coverage = words.length === 0 && !process.argv.includes('--no-coverage')
const files = ['src', 'test', 'bench']
  .flatMap(folder =>
    readdirSync(join(root, 'dist', folder), { recursive: true }).map(name => join('dist', folder, name)),
  )
  .filter(file => file.endsWith('.test.js') && (words.length === 0 || words.some(word => file.includes(word))))
  .sort()
if (files.length === 0) {
  console.error(`No test file matches ${words.map(word => `"${word}"`).join(', ')}`)
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'chestnut-test-'))
try {
  const status = runTests()
  if (coverage) printCoverage()
  console.log(summary())
  process.exitCode = status
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** Two files at a time: most of them keep two cores busy on their own. */
function runTests() {
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${join(scratch, 'tap')}`,
  ]
  const { status } = spawnSync(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-concurrency=2', ...reporters, ...files],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...(coverage ? { NODE_V8_COVERAGE: join(scratch, 'coverage') } : {}) },
    },
  )
  return status ?? 1
}

/** The lines that tests reached, also those in commands and hosts that they started. Node 20's own report stumbles over source maps. */
function printCoverage() {
  const c8 = join(root, 'node_modules', 'c8', 'bin', 'c8.js')
  const report = reporter =>
    spawnSync(
      process.execPath,
      [
        c8,
        'report',
        `--temp-directory=${join(scratch, 'coverage')}`,
        `--reporter=${reporter}`,
        '--include=dist/src/**',
        '--exclude=**/*.test.*',
      ],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 },
    ).stdout
  mkdirSync(join(root, 'coverage'), { recursive: true })
  writeFileSync(join(root, 'coverage', 'coverage.txt'), report('text'))
  console.log(`${report('text-summary').trim()}\n(file by file in coverage/coverage.txt)\n`)
}

/** The runner's own closing lines, once more at the end. */
function summary() {
  const lines = readFileSync(join(scratch, 'tap'), 'utf8').trimEnd().split('\n')
  return lines
    .filter(line => /^# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(line))
    .slice(-8)
    .join('\n')
}
