import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../src/core/index.ts'

const root = packageRoot()

/** Rooms by level, from the table in ARCHITECTURE.md. */
function documentedRooms(): ReadonlyMap<string, number> {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const rows = [...text.matchAll(/^\| ([0-9–]+) \| `([a-z]+)` \|/gm)]
  return new Map(rows.map(([, level, room]) => [room ?? '', level === '–' ? -1 : Number(level)]))
}

function sourceFiles(room: string): readonly string[] {
  return readdirSync(join(root, 'src', room), { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.ts') && !/\.(test|contract|fixture)\.ts$/.test(name))
    .map(name => join('src', room, name))
}

test('ARCHITECTURE.md names every room of the tree and no other', () => {
  const tree = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
  assert.deepEqual([...documentedRooms().keys()].sort(), tree.sort())
})

test('every room has an index', () => {
  for (const room of documentedRooms().keys()) {
    assert.ok(readdirSync(join(root, 'src', room)).includes(room === 'cli' ? 'main.ts' : 'index.ts'), room)
  }
})

test('imports go to lower rooms only, and through their index', () => {
  const levels = documentedRooms()
  for (const [room, level] of levels) {
    if (level < 0) continue
    for (const file of sourceFiles(room)) {
      for (const [, path = ''] of readFileSync(join(root, file), 'utf8').matchAll(/from '(\.\.?\/[^']+)'/g)) {
        const target = join(file, '..', path).split('/')
        const other = target[1] ?? ''
        if (other === room) continue
        assert.ok((levels.get(other) ?? 99) < level, `${file} imports ${path}`)
        assert.equal(target[2], 'index.ts', `${file} imports ${path}, wanted the index of "${other}"`)
      }
    }
  }
})

test('the lint rules know every room', () => {
  const lint = readFileSync(join(root, 'biome.json'), 'utf8')
  for (const [room, level] of documentedRooms()) {
    if (level >= 0) assert.ok(lint.includes(`"src/${room}/**/*.ts"`), `biome.json has no rule for "${room}"`)
  }
})

test('one idea a file: no source file is longer than 400 lines', () => {
  for (const [room] of documentedRooms()) {
    for (const file of sourceFiles(room)) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n').length
      assert.ok(lines <= 400 || file.endsWith('_pb.ts'), `${file} has ${lines} lines`)
    }
  }
})
