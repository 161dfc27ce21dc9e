import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { float32, Interrupted, Problem } from '../core/index.ts'
import { converse, type MakeRequest } from './conversation.ts'
import type { LinkEvents, OpenLink } from './host/link.ts'
import type { Request } from './host/protocol.ts'

/** A host that answers when the test says so. */
interface Puppet {
  readonly open: OpenLink
  readonly posted: Request[]
  readonly held: boolean[]
  readonly events: () => LinkEvents
}

function puppet(): Puppet {
  const posted: Request[] = []
  const held: boolean[] = []
  let known: LinkEvents | undefined
  return {
    posted,
    held,
    events: () => known!,
    open: events => {
      known = events
      return {
        post: request => void posted.push(request),
        hold: value => void held.push(value),
        gone: async () => undefined,
      }
    },
  }
}

const read: MakeRequest = () => ({ kind: 'read' })

test('requests go out one at a time, and the host is held only while it owes a reply', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const first = talk.ask(read)
  const second = talk.ask(read)
  await setImmediate()
  assert.equal(host.posted.length, 1)
  host.events().reply({ tensors: { a: float32([], [1]) } })
  assert.deepEqual(await first, { a: float32([], [1]) })
  await setImmediate()
  assert.equal(host.posted.length, 2)
  assert.equal(host.held.at(-1), true)
  host.events().reply({ tensors: {} })
  await second
  assert.equal(host.held.at(-1), false)
})

test('a request that cannot be made fails alone', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const failing = assert.rejects(
    talk.ask(() => Promise.reject(new Error('no memory'))),
    /no memory/,
  )
  const next = talk.ask(read)
  await failing
  await setImmediate()
  host.events().reply({ tensors: {} })
  await next
})

test('foreseen failures are problems, others are defects with their detail as the cause', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const foreseen = talk.ask(read)
  const defect = talk.ask(read)
  await setImmediate()
  host.events().reply({ failure: { message: 'Cannot x', foreseen: true, detail: 'words' } })
  await assert.rejects(foreseen, (error: Error) => error instanceof Problem && error.message === 'Cannot x')
  await setImmediate()
  host.events().reply({ failure: { message: 'undefined is not', foreseen: false, detail: 'at line 1' } })
  await assert.rejects(defect, (error: Error) => {
    return !(error instanceof Problem) && error.cause instanceof Error && error.cause.message === 'at line 1'
  })
})

test('a host that dies rejects what it owes, what waits and what comes later, with the cause', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const sentence = { message: 'Cannot run graph "g": its host is gone, its thread died of: no memory' }
  const owed = assert.rejects(talk.ask(read), sentence)
  const waits = assert.rejects(talk.ask(read), sentence)
  await setImmediate()
  host.events().died('its thread died of: no memory')
  await Promise.all([owed, waits])
  await assert.rejects(talk.ask(read), sentence)
  assert.equal(host.posted.length, 1)
  await talk.close()
})

test('an interrupted request rejects at once, and the next one waits until the host is free', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const controller = new AbortController()
  const begun = assert.rejects(talk.ask(read, controller.signal), Interrupted)
  await setImmediate()
  controller.abort()
  await begun
  const next = talk.ask(read)
  await setImmediate()
  assert.equal(host.posted.length, 1)
  host.events().reply({ tensors: { late: float32([], [1]) } })
  await setImmediate()
  assert.equal(host.posted.length, 2)
  host.events().reply({ tensors: {} })
  assert.deepEqual(await next, {})
})

test('closing waits for the request that has begun', async () => {
  const host = puppet()
  const talk = converse('g', host.open)
  const begun = talk.ask(read)
  await setImmediate()
  const closing = talk.close()
  const again = talk.close()
  await assert.rejects(talk.ask(read), /its program was disposed/)
  host.events().reply({ tensors: {} })
  await begun
  await setImmediate()
  assert.deepEqual(
    host.posted.map(({ kind }) => kind),
    ['read', 'close'],
  )
  host.events().reply({ tensors: {} })
  await Promise.all([closing, again])
})
