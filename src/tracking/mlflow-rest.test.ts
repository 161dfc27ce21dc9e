import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Interrupted, Problem, random } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { type Credentials, MlflowRefusal, type MlflowRest, mlflowRest } from './mlflow-rest.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function against(
  context: TestContext,
  answer: Answer,
  options: { readonly credentials?: Credentials; readonly signal?: AbortSignal } = {},
): Promise<MlflowRest> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const { credentials = {}, signal } = options
  const uri = `http://127.0.0.1:${address.port}/`
  return mlflowRest({ uri, credentials, clock: fakeClock({ hurries: true }), random: random(1), fetch, signal })
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

test('a server that is busy is asked again, three times in all', async context => {
  let calls = 0
  const rest = await against(context, (_, response) => json(response, ++calls < 3 ? 503 : 200, { fine: true }))
  assert.deepEqual(await rest.post('runs/create', {}), { fine: true })
  calls = -100
  await assert.rejects(rest.get('runs/get', {}), (error: unknown) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /^Cannot send to MLflow at "http:\/\/127\.0\.0\.1:\d+": it answered 503$/)
    return true
  })
  assert.equal(calls, -97)
})

test('a refusal is told with its code, once, and without a secret', async context => {
  let calls = 0
  const rest = await against(
    context,
    (_, response) => {
      calls++
      json(response, 403, { error_code: 'PERMISSION_DENIED', message: 'no '.repeat(400) })
    },
    { credentials: { token: 'the-secret' } },
  )
  await assert.rejects(rest.get('x', {}), (error: unknown) => {
    assert.ok(error instanceof MlflowRefusal && error.code === 'PERMISSION_DENIED')
    assert.match(error.message, /it answered 403 PERMISSION_DENIED: no no/)
    assert.match(error.next ?? '', /MLFLOW_TRACKING_TOKEN/)
    assert.ok(error.message.length < 450 && !error.message.includes('the-secret'))
    return true
  })
  assert.equal(calls, 1)
})

test('who we are is said as the environment says it: a token, or a user with a password', async context => {
  const seen: (string | undefined)[] = []
  const answer: Answer = ({ headers }, response) => {
    seen.push(headers.authorization)
    json(response, 200, {})
  }
  for (const credentials of [{}, { token: 't' }, { username: 'u', password: 'p' }, { username: 'u', token: 't' }]) {
    await (await against(context, answer, { credentials })).get('x', {})
  }
  assert.deepEqual(seen, [undefined, 'Bearer t', `Basic ${btoa('u:p')}`, 'Bearer t'])
})

test('a page of a proxy in place of an answer, and a way elsewhere, are refused', async context => {
  const page = await against(context, (_, response) => response.writeHead(404).end('<html>'))
  await assert.rejects(page.get('x', {}), /it answered 404/)
  const elsewhere = await against(context, (_, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
  )
  await assert.rejects(elsewhere.get('x', {}), /it is not there/)
})

test('Ctrl-C ends a call that waits', async context => {
  const controller = new AbortController()
  const rest = await against(context, () => controller.abort(new Interrupted()), { signal: controller.signal })
  await assert.rejects(rest.put('a b/c', Uint8Array.of(1)), Interrupted)
})
