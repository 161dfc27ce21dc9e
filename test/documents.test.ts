import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { program } from '../src/cli/program.ts'
import { packageRoot } from '../src/core/index.ts'
import { parseConfig } from '../src/project/index.ts'

const root = packageRoot()
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).map(name => join('docs', name)),
]

test('docs/configuration.md names every key of the configuration', () => {
  const text = read('docs/configuration.md')
  for (const [key, value] of Object.entries(parseConfig({}))) {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value)
    for (const name of nested ? Object.keys(value).map(inner => `${key}.${inner}`) : [key]) {
      assert.ok(text.includes(`\`${name}\``), name)
    }
  }
})

test('every link between documents leads somewhere', () => {
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)#:]+)\)/g)) {
      assert.ok(existsSync(join(root, dirname(document), target)), `${document}: ${target}`)
    }
  }
})

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const document of documents) {
    for (const [, name = ''] of read(document).matchAll(/npm run ([a-z]+)/g))
      assert.ok(name in scripts, `${document}: ${name}`)
  }
})

test('every step of the guide that docs/guide.md maps names commands and flags that exist, and a test that takes it', () => {
  const rows = read('docs/guide.md')
    .split('\n')
    .filter(line => line.startsWith('| ') && line.split(' | ').length === 3)
  assert.ok(rows.length > 25)
  const commands = new Map(program().commands.map(command => [command.name(), command.helpInformation()]))
  for (const row of rows.slice(1)) {
    const [, chestnut = '', tried = ''] = row.split(' | ')
    assert.match(tried, /\]\(\.\.\/\S+\.test\.ts\)/, row)
    for (const [, name = '', rest = ''] of chestnut.matchAll(/`(?:npx )?chestnut ([a-z]+)([^`]*)`/g)) {
      const help = commands.get(name)
      assert.ok(help !== undefined, `${name} in ${row}`)
      for (const flag of rest.match(/--[a-z-]+/g) ?? []) assert.ok(help.includes(flag), `${name} ${flag}`)
    }
  }
})
