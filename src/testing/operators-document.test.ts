import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../core/index.ts'
import { operatorsDocument } from './operators-document.ts'

test('docs/operators.md says what the tables say', () => {
  const written = readFileSync(join(packageRoot(), 'docs', 'operators.md'), 'utf8')
  assert.equal(written, operatorsDocument(), 'run: node scripts/operators.mjs')
})
