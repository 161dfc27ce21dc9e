import assert from 'node:assert/strict'
import { posix, win32 } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Misuse } from '../core/index.ts'
import { checkKey, foldCase } from './keys.ts'

function fault(key: string): string | undefined {
  try {
    checkKey(key)
    return undefined
  } catch (error) {
    assert.ok(error instanceof Misuse)
    return error.message
  }
}

test('checkKey() takes plain names, letters of any script, dots and spaces inside', () => {
  const taken = [
    'a',
    'models/pneumonia/versions/000001.json',
    'blobs/sha256/ab/cd',
    '.hidden',
    'a b/c.d',
    'Röntgen/胸部.png',
    'null',
    'com10',
    '~',
    "it's",
  ]
  for (const key of taken) assert.equal(fault(key), undefined)
})

test('checkKey() refuses what some file system or bucket does not take, and says why', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /it is empty/],
    ['/a', /an empty segment/],
    ['a//b', /an empty segment/],
    ['a/', /an empty segment/],
    ['.', /the segment "\."/],
    ['a/../b', /the segment "\.\."/],
    ['a\\b', /the character \\/],
    ['C:/x', /the character :/],
    ['a?', /the character \?/],
    ['a\nb', /a control character/],
    ['a\u007fb', /a control character/],
    ['a\u0000', /a control character/],
    ['a.', /ends with a dot or a space/],
    ['a /b', /ends with a dot or a space/],
    ['CON', /for a device/],
    ['x/nul.txt', /for a device/],
    ['Com1', /for a device/],
    ['lpt9.tar.gz', /for a device/],
    ['a\ud800', /not well-formed/],
    ['e\u0301', /normal form C/],
    ['.chestnut-1.tmp', /the store's own/],
    ['a/.Chestnut-x', /the store's own/],
    ['a'.repeat(201), /a segment of more than 200 bytes/],
    ['é'.repeat(101), /a segment of more than 200 bytes/],
    [Array(12).fill('a'.repeat(99)).join('/'), /more than 1000 bytes/],
  ]
  for (const [key, why] of refused) assert.match(fault(key) ?? 'taken', why, JSON.stringify(key))
})

test('checkKey() shows a key so that a terminal is not disturbed', () => {
  assert.match(fault('a\u001b[31m') ?? '', /"a\\u001b\[31m"/)
})

test('a key that is taken stays below its folder, on every system', () => {
  const segment = fc.oneof(fc.constantFrom('..', '.', 'a', 'C:', '~'), fc.string({ maxLength: 5 }))
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 4 }), segments => {
      const key = segments.join('/')
      if (fault(key) !== undefined) return
      assert.equal(posix.normalize(`/store/${key}`), `/store/${key}`)
      assert.ok(win32.join('C:\\root', key).startsWith('C:\\root\\'))
      assert.equal(Buffer.from(key).toString(), key)
    }),
  )
})

test('foldCase() makes keys equal that a file system without case takes for one', () => {
  assert.equal(foldCase('Straße/ÉTÉ'), foldCase('STRASSE/été'))
  assert.notEqual(foldCase('a'), foldCase('b'))
})
