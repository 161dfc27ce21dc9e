// Runs the compiled tests under coverage: all of them, or the files whose path holds one of the given words.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2)
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
const coverage =
  words.length === 0 ? ['--experimental-test-coverage', '--enable-source-maps'] : ['--enable-source-maps']
const result = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', ...coverage, ...files.map(file => relative(root, join(root, file)))],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exit(result.status ?? 1)
