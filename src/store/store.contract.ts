import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { Misuse, Problem, random } from '../core/index.ts'
import { readBytes } from './read-bytes.ts'
import type { Entry, Store } from './store.ts'
import { Conflict, NotFound } from './store-errors.ts'

export interface StoreContractOptions {
  /** Whether connections break: whoever reads an old version then may be told that there is a new one. Default false. */
  readonly breaks?: boolean
}

/**
 * What every store promises, as tests.
 *
 * @param open makes an empty store; what it leaves behind is cleaned up with `context.after`
 */
export function storeContract(
  name: string,
  open: (context: TestContext) => Promise<Store>,
  { breaks = false }: StoreContractOptions = {},
): void {
  describe(`${name} is a store`, () => {
    readingAndWriting(open)
    conditions(open)
    streams(open)
    readers(open, breaks)
    listing(open)
    keys(open)
  })
}

type Open = (context: TestContext) => Promise<Store>

function readingAndWriting(open: Open): void {
  test('what was written is read', async context => {
    await using store = await open(context)
    const entry = await store.write('a/b/c.txt', bytes('hello'))
    assert.equal(await text(store, 'a/b/c.txt'), 'hello')
    assert.equal(entry.key, 'a/b/c.txt')
    assert.equal(entry.size, 5)
    assert.ok(entry.changed instanceof Date && !Number.isNaN(entry.changed.getTime()))
    assert.deepEqual(await store.stat('a/b/c.txt'), entry)
  })

  test('a key can be written again, and its etag is another one every time', async context => {
    await using store = await open(context)
    const etags = new Set<string>()
    for (let i = 0; i < 12; i++) etags.add((await store.write('key', bytes(String(i % 2)))).etag)
    assert.equal(await text(store, 'key'), '1')
    assert.equal((await store.stat('key'))?.size, 1)
    // The same bytes may have the same etag, other bytes may not.
    assert.ok(etags.size >= 2)
  })

  test('what is not there has no entry, cannot be read, and can be removed all the same', async context => {
    await using store = await open(context)
    assert.equal(await store.stat('nothing/here'), undefined)
    await assert.rejects(store.read('nothing/here'), NotFound)
    await store.remove('nothing/here')
    await store.write('a/b', bytes('x'))
    assert.equal(await store.stat('a'), undefined)
    assert.equal(await store.stat('a/b/c'), undefined)
    await assert.rejects(store.read('a'), NotFound)
    await assert.rejects(store.read('a/b/c'), NotFound)
    await store.remove('a')
    assert.equal(await text(store, 'a/b'), 'x')
  })

  test('what was removed is gone and can be written again', async context => {
    await using store = await open(context)
    await store.write('a/b', bytes('x'))
    await store.remove('a/b')
    assert.equal(await store.stat('a/b'), undefined)
    assert.deepEqual(await keysOf(store), [])
    await store.write('a/b', bytes('y'), { onlyIf: 'absent' })
    assert.equal(await text(store, 'a/b'), 'y')
  })

  test('the bytes are its own: what the caller does to them later does not matter', async context => {
    await using store = await open(context)
    const given = bytes('abc')
    await store.write('k', given)
    given.fill(0)
    const read = await readBytes(store, 'k')
    assert.equal(new TextDecoder().decode(read), 'abc')
    read.fill(0)
    assert.equal(await text(store, 'k'), 'abc')
  })

  test('a key below a key that holds something, or above one, is refused', async context => {
    await using store = await open(context)
    await store.write('a/b', bytes('x'))
    await assert.rejects(store.write('a/b/c', bytes('y')), Problem)
    await assert.rejects(store.write('a', bytes('y')), Problem)
    assert.deepEqual(await keysOf(store), ['a/b'])
    assert.equal(await text(store, 'a/b'), 'x')
  })
}

function conditions(open: Open): void {
  test('onlyIf absent writes where there is nothing and nowhere else', async context => {
    await using store = await open(context)
    await store.write('k', bytes('first'), { onlyIf: 'absent' })
    await assert.rejects(store.write('k', bytes('second'), { onlyIf: 'absent' }), Conflict)
    assert.equal(await text(store, 'k'), 'first')
  })

  test('onlyIf etag writes over this version and over no other', async context => {
    await using store = await open(context)
    const first = await store.write('k', bytes('1'))
    const second = await store.write('k', bytes('2'), { onlyIf: { etag: first.etag } })
    await assert.rejects(store.write('k', bytes('3'), { onlyIf: { etag: first.etag } }), Conflict)
    assert.equal(await text(store, 'k'), '2')
    await store.write('k', bytes('3'), { onlyIf: { etag: second.etag } })
    await store.remove('k')
    await assert.rejects(store.write('k', bytes('4'), { onlyIf: { etag: second.etag } }), Conflict)
    assert.deepEqual(await keysOf(store), [])
  })

  test('of many who write at once under a condition one wins, and the others are told', async context => {
    await using store = await open(context)
    // No bytes are written twice: the same bytes may have the same etag, and then the condition holds once more.
    const race = async (name: string, onlyIf: 'absent' | { etag: string }): Promise<void> => {
      const ends = await Promise.allSettled(
        [...Array(16).keys()].map(i => store.write('k', bytes(`${name} ${i}`), { onlyIf })),
      )
      const winners = ends.flatMap((end, i) => (end.status === 'fulfilled' ? [i] : []))
      assert.equal(winners.length, 1)
      for (const end of ends) if (end.status === 'rejected') assert.ok(end.reason instanceof Conflict)
      assert.equal(await text(store, 'k'), `${name} ${winners[0]}`)
    }
    await race('first', 'absent')
    await race('second', { etag: (await store.stat('k'))!.etag })
  })
}

function streams(open: Open): void {
  test('a stream is written piece by piece, an empty one too', async context => {
    await using store = await open(context)
    await store.write('many', streamOfPieces(['a', '', 'bc', 'd']))
    await store.write('none', streamOfPieces([]))
    assert.equal(await text(store, 'many'), 'abcd')
    assert.equal((await store.stat('none'))?.size, 0)
    assert.equal(await text(store, 'none'), '')
  })

  test('a stream that breaks leaves what was there', async context => {
    await using store = await open(context)
    await store.write('old', bytes('old'))
    for (const key of ['old', 'new', 'folder/new']) {
      await assert.rejects(store.write(key, brokenStream()), /the line was cut/)
    }
    assert.equal(await text(store, 'old'), 'old')
    assert.deepEqual(await keysOf(store), ['old'])
  })

  test('an aborted write leaves what was there and cancels its stream', async context => {
    await using store = await open(context)
    await store.write('k', bytes('old'))
    const stop = new AbortController()
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: async controller => {
        controller.enqueue(bytes('x'))
        await new Promise(resolve => {
          setTimeout(resolve, 1)
        })
        stop.abort()
      },
      cancel: () => {
        cancelled = true
      },
    })
    await assert.rejects(store.write('k', endless, { signal: stop.signal }), Problem)
    assert.ok(cancelled)
    assert.equal(await text(store, 'k'), 'old')
    await assert.rejects(store.write('k', bytes('new'), { signal: AbortSignal.abort() }), Problem)
    assert.equal(await text(store, 'k'), 'old')
  })

  test('a write that is refused cancels its stream', async context => {
    await using store = await open(context)
    await store.write('k', bytes('old'))
    for (const [key, onlyIf] of [
      ['a:b', undefined],
      ['K', undefined],
      ['k', 'absent'],
    ] as const) {
      let left = 3
      let ended = false
      const body = new ReadableStream<Uint8Array>({
        pull: controller => {
          if (left-- > 0) return controller.enqueue(bytes('x'))
          ended = true
          controller.close()
        },
        cancel: () => {
          ended = true
        },
      })
      await assert.rejects(store.write(key, body, onlyIf === undefined ? {} : { onlyIf }), Problem)
      assert.ok(ended, key)
    }
    assert.equal(await text(store, 'k'), 'old')
  })

  test('an aborted read ends', async context => {
    await using store = await open(context)
    await store.write('k', new Uint8Array(1 << 20))
    const stop = new AbortController()
    await assert.rejects(store.read('k', { signal: AbortSignal.abort() }), Problem)
    const stream = await store.read('k', { signal: stop.signal })
    stop.abort()
    await assert.rejects(async () => {
      for await (const _ of stream);
    }, Problem)
  })

  test('ranges are those of slice()', async context => {
    await using store = await open(context)
    const all = Uint8Array.from({ length: 700_001 }, (_, i) => i % 251)
    await store.write('k', all)
    const { integer, uniform } = random(1, 'ranges')
    for (let i = 0; i < 40; i++) {
      const from = integer(i % 2 === 0 ? 800_000 : 300)
      const range = uniform() < 0.2 ? { from } : { from, to: from + integer(i % 3 === 0 ? 800_000 : 300) }
      const pieces: Uint8Array[] = []
      for await (const piece of await store.read('k', range)) pieces.push(piece)
      assert.ok(Buffer.concat(pieces).equals(all.slice(from, range.to)), JSON.stringify(range))
    }
  })

  test('a range that is none is refused', async context => {
    await using store = await open(context)
    await store.write('k', bytes('abc'))
    for (const range of [{ from: -1 }, { from: 2, to: 1 }, { from: 0.5 }, { to: Number.NaN }]) {
      await assert.rejects(store.read('k', range), RangeError)
    }
  })

  test('a reader that stops in the middle disturbs nothing', async context => {
    await using store = await open(context)
    await store.write('k', new Uint8Array(2 << 20))
    for await (const piece of await store.read('k')) {
      assert.ok(piece.length > 0)
      break
    }
    await store.remove('k')
    assert.equal(await store.stat('k'), undefined)
  })
}

function readers(open: Open, breaks: boolean): void {
  test('who is reading goes on reading what was there when it began', async context => {
    await using store = await open(context)
    const old = new Uint8Array(3 << 20).fill(1)
    await store.write('k', old)
    const reader = (await store.read('k')).getReader()
    let read = (await reader.read()).value?.length ?? 0
    await store.write('k', new Uint8Array(3 << 20).fill(2))
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        assert.ok(next.value.every(byte => byte === 1))
        read += next.value.length
      }
    } catch (error) {
      assert.ok(
        breaks && error instanceof Problem && /it was changed while it was read/.test(error.message),
        String(error),
      )
      return
    }
    assert.equal(read, old.length)
  })
}

function listing(open: Open): void {
  test('a list has every key with the prefix, sorted, with the entries that stat gives', async context => {
    await using store = await open(context)
    const written = ['a', 'b/c', 'b/c.d/e', 'b/cc', 'b/d/e', 'b-x', 'b.x', 'bb']
    for (const key of written) await store.write(key, bytes(key))
    assert.deepEqual(await keysOf(store), [...written].sort())
    assert.deepEqual(await keysOf(store, 'b/'), ['b/c', 'b/c.d/e', 'b/cc', 'b/d/e'])
    assert.deepEqual(await keysOf(store, 'b/c'), ['b/c', 'b/c.d/e', 'b/cc'])
    assert.deepEqual(await keysOf(store, 'b'), [...written].sort().slice(1))
    assert.deepEqual(await keysOf(store, 'b/c/'), [])
    assert.deepEqual(await keysOf(store, 'zz/'), [])
    for await (const entry of store.list('')) assert.deepEqual(entry, await store.stat(entry.key))
  })

  test('an aborted list ends', async context => {
    await using store = await open(context)
    await store.write('k', bytes('x'))
    await assert.rejects(async () => {
      for await (const _ of store.list('', { signal: AbortSignal.abort() }));
    }, Problem)
  })
}

function keys(open: Open): void {
  test('a key that some file system does not take is refused by every operation', async context => {
    await using store = await open(context)
    for (const key of ['', '/a', 'a//b', 'a/', '../a', 'a/./b', 'a:b', 'a\\b', 'nul', 'a\u0000b', 'x. ']) {
      await assert.rejects(store.write(key, bytes('x')), Misuse)
      await assert.rejects(store.read(key), Misuse)
      await assert.rejects(store.stat(key), Misuse)
      await assert.rejects(store.remove(key), Misuse)
    }
    assert.deepEqual(await keysOf(store), [])
  })

  test('two keys that differ by case alone are refused, in any segment', async context => {
    await using store = await open(context)
    await store.write('models/Lungs/card.json', bytes('x'))
    for (const key of ['models/lungs/card.json', 'Models/other', 'models/LUNGS/b', 'models/Lungs/Card.json']) {
      await assert.rejects(store.write(key, bytes('y')), /differs from ".*" by the case|by the case of letters alone/)
    }
    await store.write('models/Lungs/card.jsonl', bytes('z'))
    assert.deepEqual(await keysOf(store), ['models/Lungs/card.json', 'models/Lungs/card.jsonl'])
  })

  test('whatever key is taken, whatever bytes: they come back', async context => {
    await using store = await open(context)
    const draw = random(1, 'keys')
    const characters = [...'aZ09._- ~+\u00e9\u00df\u80f8\u{1fac1}\u0301:\\']
    const segment = (): string =>
      Array.from({ length: 1 + draw.integer(6) }, () => characters[draw.integer(characters.length)]).join('')
    let taken = 0
    for (let i = 0; i < 40; i++) {
      const key = [`${i}`, ...Array.from({ length: 1 + draw.integer(3) }, segment)].join('/')
      const content = Uint8Array.from({ length: draw.integer(2000) }, () => draw.integer(256))
      try {
        await store.write(key, content)
      } catch (error) {
        assert.ok(error instanceof Misuse, String(error))
        continue
      }
      taken++
      assert.ok(Buffer.from(content).equals(await readBytes(store, key)), key)
      assert.deepEqual(await keysOf(store, `${i}/`), [key])
    }
    assert.ok(taken > 5 && taken < 40, `${taken} taken`)
  })
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

async function text(store: Store, key: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(store, key))
}

async function keysOf(store: Store, prefix = ''): Promise<string[]> {
  const entries: Entry[] = []
  for await (const entry of store.list(prefix)) entries.push(entry)
  return entries.map(entry => entry.key)
}

function streamOfPieces(pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: controller => {
      for (const piece of pieces) controller.enqueue(bytes(piece))
      controller.close()
    },
  })
}

function brokenStream(): ReadableStream<Uint8Array> {
  let pulls = 0
  return new ReadableStream<Uint8Array>({
    pull: controller => {
      if (++pulls > 3) throw new Error('the line was cut')
      controller.enqueue(bytes('part'))
    },
  })
}
