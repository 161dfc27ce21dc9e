import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { Misuse, Problem } from '../core/index.ts'
import type { Posted, Publisher } from './publisher.ts'

/** A publisher to be judged, in a place where nothing is published. */
export interface OpenPublisher {
  readonly publisher: Publisher
  /** The same place as another job sees it: one that shares no memory with `publisher`. */
  readonly elsewhere: Publisher
  /** The texts that are there under a key now. */
  posts(key: string): Promise<readonly string[]>
  /** What a text may measure at most, by its UTF-16 units. Default: any number. */
  readonly most?: number
  /** Whether the title is shown beside the text. Default false. */
  readonly crowd?: Crowd
  readonly faults?: PublisherFaults
}

/** Others who write in the same place. */
export interface Crowd {
  /** They write so many times. */
  write(number: number): Promise<void>
  /** Somebody else writes this text, which may be one of ours. */
  imitate(text: string): Promise<void>
  /** All texts of others. */
  texts(): Promise<readonly string[]>
}

/** What can be made to happen. Each strikes the calls that write, or all, and passes. */
export interface PublisherFaults {
  /** Things that a caller gets over, by name: each is made to strike once, at the next call that writes. */
  readonly passing: Readonly<Record<string, () => void>>
  /** From now on the token may not write. */
  forbid(): void
  /** From now on every answer says what it was asked with, headers too. */
  echo(): void
  /** From now on no answer comes. */
  hang(): void
  /** What must be in no error. */
  readonly token: string
}

type Open = (context: TestContext) => Promise<OpenPublisher>

const verdict: Posted = {
  key: 'verdict',
  title: 'The model is better',
  markdown: '# The model is better\n\n| metric | value |\n| --- | ---: |\n| AUROC | 0.92 |\n',
  passed: true,
  summary: 'AUROC 0.92 (0.90 to 0.94), before 0.90',
  commit: '0123456789abcdef0123456789abcdef01234567',
}

const worse: Posted = {
  ...verdict,
  title: 'The model is worse',
  markdown: '# The model is worse\n\nAUROC 0.71\n',
  passed: false,
  summary: 'AUROC 0.71',
}

/**
 * What every publisher promises, as tests.
 *
 * @param open makes a place where nothing is published; what it leaves behind is cleaned up with `context.after`
 */
export function publisherContract(name: string, open: Open): void {
  describe(`${name} is a publisher`, () => {
    oncePerKey(open)
    lengths(open)
    others(open)
    failing(open)
    refusing(open)
  })
}

function oncePerKey(open: Open): void {
  test('what is published is there, once', async context => {
    const { publisher, posts } = await open(context)
    const { was, where } = await publisher.publish(verdict)
    assert.equal(was, 'made')
    assert.notEqual(where, '')
    const [text = '', ...more] = await posts('verdict')
    assert.match(text, /AUROC \| 0\.92/)
    assert.deepEqual(more, [])
  })

  test('published again it is the same, changed it is replaced in its place', async context => {
    const { publisher, elsewhere, posts } = await open(context)
    const first = await publisher.publish(verdict)
    assert.deepEqual(await elsewhere.publish(verdict), { ...first, was: 'same' })
    assert.deepEqual(await elsewhere.publish(worse), { ...first, was: 'replaced' })
    const texts = await posts('verdict')
    assert.equal(texts.length, 1)
    assert.match(texts[0]!, /AUROC 0\.71/)
    assert.doesNotMatch(texts[0]!, /0\.92/)
  })

  test('each key has its own', async context => {
    const { publisher, posts } = await open(context)
    await publisher.publish(verdict)
    await publisher.publish({ ...worse, key: 'verdict-2' })
    await publisher.publish({ ...verdict, markdown: '# Third\n' })
    assert.match((await posts('verdict')).join('|'), /^[^|]*# Third[^|]*$/)
    assert.match((await posts('verdict-2')).join('|'), /^[^|]*AUROC 0\.71[^|]*$/)
  })

  test('of many that publish at once exactly one remains, whole', async context => {
    const { publisher, elsewhere, posts } = await open(context)
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 === 0 ? publisher : elsewhere).publish({ ...verdict, markdown: `# Job ${i}\n\nend of ${i}\n` }),
      ),
    )
    const texts = await posts('verdict')
    // Those that cannot be taken away all say the same once one more has come by.
    await elsewhere.publish(worse)
    const after = await posts('verdict')
    assert.equal(after.length, 1, after.join('\n---\n'))
    assert.match(after[0]!, /AUROC 0\.71/)
    for (const text of texts) {
      const [, number = ''] = /# Job (\d)/.exec(text) ?? []
      assert.match(text, new RegExp(`end of ${number}`))
    }
  })
}

function lengths(open: Open): void {
  test('a text that is too long is cut between lines, with what is open shut again, and says so', async context => {
    const { publisher, posts, most } = await open(context)
    const rows = Array.from({ length: 60_000 }, (_, i) => `row ${i} █████ film`)
    const markdown = `# Long\n\n<details>\n<summary>All</summary>\n\n\`\`\`\n${rows.join('\n')}\n\`\`\`\n\n</details>\n`
    await publisher.publish({ ...verdict, markdown })
    const [text = ''] = await posts('verdict')
    if (most === undefined) return assert.ok(text.includes(rows.at(-1)!))
    assert.ok(text.length <= most, `${text.length} units, wanted ${most} at most`)
    assert.ok(text.length > most * 0.4, `${text.length} units of ${most}`)
    assert.match(text, /This is cut/)
    assert.equal(text.match(/```/g)?.length, 2)
    assert.match(text, /<\/details>/)
    assert.doesNotMatch(text, /^row \d+ █{1,4}$/m)
  })
}

function others(open: Open): void {
  test('after 50 pushes among 500 texts of others there is one, and theirs are as they were', async context => {
    const { publisher, elsewhere, posts, crowd } = await open(context)
    if (crowd === undefined) return context.skip('nobody else writes in this place')
    await crowd.write(250)
    for (let push = 0; push < 50; push++) {
      if (push === 25) await crowd.write(250)
      await (push % 2 === 0 ? publisher : elsewhere).publish({ ...verdict, markdown: `# Push ${push}\n` })
    }
    const texts = await posts('verdict')
    assert.equal(texts.length, 1)
    assert.match(texts[0]!, /# Push 49/)
    assert.equal((await crowd.texts()).length, 500)
  })

  test('what others have copied from it, or quoted, is theirs and stays', async context => {
    const { publisher, posts, crowd } = await open(context)
    if (crowd === undefined) return context.skip('nobody else writes in this place')
    await publisher.publish(verdict)
    const [own = ''] = await posts('verdict')
    await crowd.imitate(own)
    await crowd.imitate(`> ${own}`)
    await publisher.publish(worse)
    assert.deepEqual(await crowd.texts(), [own, `> ${own}`])
    assert.equal((await posts('verdict')).length, 1)
  })
}

function failing(open: Open): void {
  test('whatever fails once, exactly one is there afterwards', async context => {
    const names = Object.keys((await open(context)).faults?.passing ?? {})
    if (names.length === 0) return context.skip('nothing can fail there')
    for (const name of names) {
      const { publisher, posts, faults } = await open(context)
      for (const posted of [verdict, worse]) {
        faults?.passing[name]?.()
        const { was } = await publisher.publish(posted)
        assert.equal(was, posted === verdict ? 'made' : 'replaced', name)
        const texts = await posts('verdict')
        assert.equal(texts.length, 1, name)
        assert.ok(texts[0]!.includes(posted.markdown.trim()), name)
      }
    }
  })

  test('a token that may not write is a Problem with a next step, and is in no error', async context => {
    const { publisher, posts, faults } = await open(context)
    if (faults === undefined) return context.skip('nothing can fail there')
    faults.echo()
    faults.forbid()
    await assert.rejects(publisher.publish(verdict), error => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /^Cannot .+ 403 /)
      assert.notEqual(error.next, undefined)
      const shown = inspect(error, { depth: 9, showHidden: true })
      // Nor is a part of it, where a sentence was cut.
      for (let i = 0; i + 8 <= faults.token.length; i += 4)
        assert.ok(!shown.includes(faults.token.slice(i, i + 8)), shown)
      return true
    })
    assert.deepEqual(await posts('verdict'), [])
    assert.ok(!inspect(publisher, { depth: 9, showHidden: true }).includes(faults.token))
  })

  test('it ends when it is told to, also while it waits', async context => {
    const { publisher, faults } = await open(context)
    const stop = new AbortController()
    stop.abort(new Problem('Enough'))
    await assert.rejects(publisher.publish(verdict, { signal: stop.signal }), /^Problem: Enough/)
    if (faults === undefined) return
    faults.hang()
    const later = new AbortController()
    const publishing = publisher.publish(verdict, { signal: later.signal })
    setImmediate(() => later.abort(new Problem('Enough of it')))
    await assert.rejects(publishing, /^Problem: Enough of it/)
  })
}

function refusing(open: Open): void {
  test('keys and commits that are none are a Misuse', async context => {
    const { publisher, posts } = await open(context)
    for (const key of ['', 'a b', '../a', 'A', 'a-->', 'a--b', '-a', 'é'])
      await assert.rejects(publisher.publish({ ...verdict, key }), Misuse, key)
    await assert.rejects(publisher.publish({ ...verdict, commit: 'main' }), Misuse)
    await assert.rejects(publisher.publish({ ...verdict, title: ' ' }), Misuse)
    assert.deepEqual(await posts('verdict'), [])
  })
}
