import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { Misuse, Problem } from '../core/index.ts'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { readBytes } from './read-bytes.ts'
import { type S3Options, type S3Place, type S3Store, s3Store } from './s3-store.ts'

const hour = 3_600_000
const skip = needVersitygw()
if (skip === false) refusals(await versitygw())
else test('what a bucket refuses is a sentence', { skip }, () => undefined)

function refusals(server: Versitygw): void {
  after(() => server[Symbol.asyncDispose]())

  const opened = async (
    context: TestContext,
    place: Partial<S3Place> = {},
    options: S3Options = {},
  ): Promise<S3Store> => {
    const store = await s3Store({ ...server.bucket(), ...place }, { ...server.access, ...options })
    context.after(() => store[Symbol.asyncDispose]())
    return store
  }
  const env = (id: string, secret: string): S3Options => ({
    env: { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret },
  })
  const { id, secret } = server.keys
  const cases: readonly [what: string, place: Partial<S3Place>, options: S3Options, Kind: typeof Problem, RegExp][] = [
    ['an unknown key', {}, env('nobody', secret), Problem, /does not know the access key/],
    ['a wrong secret', {}, env(id, 'wrong-secret'), Problem, /the secret key is not that of the access key/],
    [
      'a wrong region',
      { region: 'nl-ams' },
      {},
      Misuse,
      /the region is not that of the bucket .*"us-east-1" was wanted/,
    ],
    ['a bucket that is not there', { bucket: 'no-such-bucket' }, {}, Misuse, /there is no such bucket/],
  ]
  for (const [what, place, options, Kind, sentence] of cases) {
    test(`${what} is told in a sentence, whatever is done`, async context => {
      const store = await opened(context, place, options)
      const works: readonly (() => Promise<unknown>)[] = [
        () => store.list('')[Symbol.asyncIterator]().next(),
        () => store.write('key', Buffer.from('x')),
        () => readBytes(store, 'key'),
      ]
      for (const work of works) {
        await assert.rejects(work, error => {
          assert.ok(error instanceof Kind, String(error))
          assert.match(error.message, sentence)
          assert.doesNotMatch(`${error.message} ${error.stack}`, /wrong-secret|a-secret-of-the-tests/)
          return true
        })
      }
    })
  }

  test('a clock that is an hour off is put right by the server’s, or told in a sentence', async context => {
    const store = await opened(context)
    const hasty = await opened(context, {}, { attempts: 1 })
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + hour })
    await assert.rejects(hasty.write('key', Buffer.from('x')), /clock of this machine is more than 15 minutes off/)
    // HEAD is refused without a reason.
    assert.equal(await store.stat('key'), undefined)
    await store.write('key', Buffer.from('in time'))
    assert.equal(await (await fetch(await store.link('key', { method: 'get', expires: 60 }))).text(), 'in time')
    assert.equal(Buffer.from(await readBytes(store, 'key')).toString(), 'in time')
  })

  test('a link that is over opens nothing', async context => {
    const store = await opened(context)
    await store.write('key', Buffer.from('x'))
    const address = await store.link('key', { method: 'get', expires: 2 })
    const statusNow = async (): Promise<number> => {
      const answer = await fetch(address)
      await answer.arrayBuffer()
      return answer.status
    }
    assert.equal(await statusNow(), 200)
    const late = Date.now() + 30_000
    let status = 200
    while (status === 200 && Date.now() < late) status = await statusNow()
    assert.equal(status, 403)
  })

  test('a link is not made with keys, a region or a name that are wrong', async context => {
    const wrong = await opened(context, {}, env(id, 'wrong-secret'))
    await assert.rejects(wrong.link('key', { method: 'put', expires: 60 }), /the secret key is not that of/)
    const elsewhere = await opened(context, { region: 'nl-ams' })
    await assert.rejects(elsewhere.link('key', { method: 'put', expires: 60 }), /the region is not that of the bucket/)
    const store = await opened(context)
    await assert.rejects(store.link('nothing', { method: 'get', expires: 60 }), /has nothing under this key/)
  })

  test('Amazon without a region is told before anything is asked', async () => {
    await assert.rejects(s3Store({ bucket: 'films' }, server.access), error => {
      assert.ok(error instanceof Misuse)
      assert.match(error.message, /nothing says in which region of Amazon it is/)
      return true
    })
  })

  test('a key that may not write is told so', async context => {
    await using readOnly = await versitygw({ readOnly: true })
    const store = await opened(context, readOnly.bucket())
    await assert.rejects(store.write('key', Buffer.from('x')), error => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /does not let this key do it \(403\)/)
      return true
    })
  })
}
