import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFilm } from '../imaging/index.ts'
import { brightness, formWith, greyPng, post, sentenceOf, served } from './tools.test.fixture.ts'

test('POST / with a file field answers as in the guide, the prediction first', async () => {
  const app = served()
  const response = await app.fetch(post('/', formWith('file', await greyPng(40_000))))
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/json')
  const text = await response.text()
  assert.match(
    text,
    /^\{"prediction":"Pneumonia","probability":(0\.61\d*),"threshold":0\.4,"findings":\[\{"label":"Pneumonia","probability":\1,"threshold":0\.4,"positive":true\}\],"model":"lungs@3","requestId":"[0-9a-f-]{36}"\}$/,
  )
})

test('a probability below the threshold is No Pneumonia', async () => {
  const response = await served().fetch(post('/', formWith('file', await greyPng(1000))))
  assert.equal(((await response.json()) as { prediction: string }).prediction, 'No Pneumonia')
})

for (const type of ['image/png', 'image/jpeg', 'application/octet-stream', 'IMAGE/PNG; charset=binary']) {
  test(`a film as the body itself is taken as ${type}`, async () => {
    const response = await served().fetch(post('/', new Uint8Array(await greyPng()), { 'content-type': type }))
    assert.equal(response.status, 200)
  })
}

for (const path of ['/explain', '/?explain=1']) {
  test(`POST ${path} adds the film with its heat map and the hottest place`, async () => {
    const response = await served().fetch(post(path, formWith('file', await greyPng())))
    const body = (await response.json()) as { overlay: string; hottest: object; film: object; explanation: object }
    assert.deepEqual(
      [body.hottest, body.film, body.explanation],
      [
        { x: 9, y: 2 },
        { width: 12, height: 8 },
        { finding: 'Pneumonia', method: 'grad-cam', about: 'Bright places.' },
      ],
    )
    const [head, data] = body.overlay.split(',')
    assert.equal(head, 'data:image/png;base64')
    const shown = await decodeFilm(Buffer.from(data!, 'base64'))
    assert.deepEqual([shown.width, shown.height], [12, 8])
  })
}

test('POST /explain gives the picture alone to whoever prefers pictures', async () => {
  const response = await served().fetch(post('/explain', formWith('file', await greyPng()), { accept: 'image/png' }))
  assert.equal(response.headers.get('content-type'), 'image/png')
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).slice(1, 4)], [80, 78, 71])
})

test('a model that gives no heat map answers all the same, and says why', async () => {
  const explanation = { method: 'none', about: 'There is no heat map. It has no places.' } as const
  const app = served({ explanation })
  const ask = async (accept: string): Promise<Response> =>
    app.fetch(post('/explain', formWith('file', await greyPng()), { accept }))
  const body = (await (await ask('application/json')).json()) as Record<string, unknown>
  assert.deepEqual(
    [body['prediction'], body['explanation'], body['overlay'], body['hottest']],
    ['Pneumonia', { finding: 'Pneumonia', ...explanation }, undefined, undefined],
  )
  const picture = await ask('image/png')
  assert.equal(picture.status, 406)
  assert.match(await sentenceOf(picture), /Cannot answer with a picture: There is no heat map. It has no places./)
})

test('a model of several findings lists them all, and names the positive ones as the NIH table does', async () => {
  const app = served({
    classify: async () => [
      {
        answers: ['Pneumonia', 'Edema'].map((label, i) => ({
          label,
          probability: 0.9 - i / 2,
          threshold: 0.5,
          positive: i === 0,
          logit: 0,
        })),
      },
    ],
  })
  const body = (await (await app.fetch(post('/', formWith('file', await greyPng())))).json()) as Record<string, unknown>
  assert.equal(body['prediction'], 'Pneumonia')
  assert.equal(body['probability'], undefined)
  assert.deepEqual(body['findings'], [
    { label: 'Pneumonia', probability: 0.9, threshold: 0.5, positive: true },
    { label: 'Edema', probability: 0.4, threshold: 0.5, positive: false },
  ])
})

test('an interval stands beside its probability', async () => {
  const interval = { low: 0.5, high: 0.8, level: 0.9 }
  const app = served({
    classify: async () => [
      { answers: [{ label: 'Pneumonia', probability: 0.7, interval, threshold: 0.4, positive: true, logit: 0 }] },
    ],
  })
  const body = (await (await app.fetch(post('/', formWith('file', await greyPng())))).json()) as Record<string, unknown>
  assert.deepEqual(body['interval'], interval)
  assert.deepEqual(body['findings'], [
    { label: 'Pneumonia', probability: 0.7, interval, threshold: 0.4, positive: true },
  ])
})

test('POST /explain takes the finding whose heat map is wanted, and refuses one that the model does not know', async () => {
  const asked: unknown[] = []
  const app = served({
    classes: ['Pneumonia', 'Edema'],
    classify: async (films, options) => {
      asked.push(options?.explain)
      return brightness.classify(films, options)
    },
  })
  for (const query of ['', '?finding=edema']) {
    assert.equal((await app.fetch(post(`/explain${query}`, formWith('file', await greyPng())))).status, 200)
  }
  assert.deepEqual(asked, ['Pneumonia', 'Edema'])
  const refused = await app.fetch(post('/explain?finding=Doe', formWith('file', await greyPng())))
  assert.equal(refused.status, 400)
  assert.equal(await sentenceOf(refused), 'Cannot explain this finding: the model has Pneumonia, Edema')
  assert.doesNotMatch(JSON.stringify(app.lines), /Doe|Edema/)
})

test('health says that the server lives and which model is ready', async () => {
  const app = served()
  const live = await app.fetch(new Request('http://host/health/live'))
  assert.deepEqual(await live.json(), { status: 'ok' })
  const ready = await app.fetch(new Request('http://host/health/ready'))
  assert.deepEqual(await ready.json(), { status: 'ok', model: 'lungs@3', findings: ['Pneumonia'] })
  assert.equal(app.lines.length, 0)
})

test('a well formed x-request-id comes back, any other is replaced', async () => {
  const app = served()
  const send = async (id: string): Promise<string | null> =>
    (await app.fetch(new Request('http://host/health/live', { headers: { 'x-request-id': id } }))).headers.get(
      'x-request-id',
    )
  assert.equal(await send('trace-1.b_C'), 'trace-1.b_C')
  for (const id of ['', 'a b', '../x', '<script>', 'x'.repeat(65), '-x']) assert.notEqual(await send(id), id)
})

test('every answer carries headers that keep browsers from doing more than they should', async () => {
  const app = served()
  const requests = [new Request('http://host/'), new Request('http://host/nothing'), post('/', 'x')]
  for (const request of requests) {
    const { headers } = await app.fetch(request)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'.*frame-ancestors 'none'$/)
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|\*/)
    assert.ok(headers.get('x-request-id'))
  }
})

test('the log has one line a request, without names, addresses or content', async () => {
  const app = served()
  await app.fetch(post('/?patient=Doe', formWith('file', await greyPng(), 'Doe_John.png'), { 'x-request-id': 'r1' }))
  await app.fetch(new Request('http://host/Doe_John.png'))
  assert.deepEqual(
    app.lines.map(({ level, event, fields }) => ({
      level,
      event,
      ...fields,
      milliseconds: typeof fields['milliseconds'],
    })),
    [
      {
        level: 'info',
        event: 'request',
        method: 'POST',
        route: '/',
        status: 200,
        milliseconds: 'number',
        model: 'lungs@3',
        requestId: 'r1',
      },
      {
        level: 'info',
        event: 'request',
        method: 'GET',
        route: 'none',
        status: 404,
        milliseconds: 'number',
        model: 'lungs@3',
        requestId: app.lines[1]!.fields['requestId'],
      },
    ],
  )
  assert.doesNotMatch(JSON.stringify(app.lines), /Doe/)
})

test('GET / is the page, its files come with an ETag', async () => {
  const app = served()
  const page = await app.fetch(new Request('http://host/', { headers: { accept: 'text/html,*/*;q=0.8' } }))
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.match(await page.text(), /Not for diagnosis/)
  const style = await app.fetch(new Request('http://host/page/page.css'))
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  const etag = style.headers.get('etag') ?? ''
  const again = await app.fetch(new Request('http://host/page/page.css', { headers: { 'if-none-match': etag } }))
  assert.equal(again.status, 304)
  for (const name of ['nothing.css', '..%2fpackage.json', '%2e%2e/package.json', 'tsconfig.json', 'main.ts']) {
    assert.equal((await app.fetch(new Request(`http://host/page/${name}`))).status, 404)
  }
})
