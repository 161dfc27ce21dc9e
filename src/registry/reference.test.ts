import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Misuse } from '../core/index.ts'
import { checkAlias, checkName, parseReference } from './reference.ts'

test('parseReference() reads a name, a version and an alias', () => {
  assert.deepEqual(parseReference('pneumonia'), { kind: 'name', name: 'pneumonia' })
  assert.deepEqual(parseReference('pneumonia@3'), { kind: 'version', name: 'pneumonia', version: 3 })
  assert.deepEqual(parseReference('pneumonia@v3'), { kind: 'version', name: 'pneumonia', version: 3 })
  assert.deepEqual(parseReference('lungs-2_b.c@production'), {
    kind: 'alias',
    name: 'lungs-2_b.c',
    alias: 'production',
  })
})

test('parseReference() says what is wrong and what was wanted', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /Cannot use "" as the name of a model: small letters/],
    ['@3', /Cannot use "" as the name/],
    ['Pneumonia', /Cannot use "Pneumonia" as the name/],
    ['lung model', /as the name/],
    ['../x', /as the name/],
    ['-x', /as the name/],
    ['x'.repeat(65), /at most 64/],
    ['x@', /Cannot use "" as an alias/],
    ['x@Prod', /Cannot use "Prod" as an alias/],
    ['x@0', /versions are counted from 1/],
    ['x@99999999999', /versions are counted from 1/],
    ['x@1@2', /more than one "@"/],
  ]
  for (const [text, why] of refused) {
    assert.throws(
      () => parseReference(text),
      (error: unknown) => error instanceof Misuse && why.test(error.message),
      text,
    )
  }
})

test('an alias that reads as a version is refused', () => {
  assert.throws(() => checkAlias('12'), /would read as a version/)
  assert.throws(() => checkAlias('v12'), /would read as a version/)
  checkAlias('v12-candidate')
})

test('whatever is written: it is read as what it is, or refused with Misuse', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9@._-]{0,12}$/)), text => {
      try {
        const reference = parseReference(text)
        checkName(reference.name)
        assert.ok(text === reference.name || text.startsWith(`${reference.name}@`))
      } catch (error) {
        assert.ok(error instanceof Misuse)
      }
    }),
  )
})
