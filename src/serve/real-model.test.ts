import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { silentLog, systemClock } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { decodeFilm, encodePng, type PhantomFilm, phantomCohort } from '../imaging/index.ts'
import { type Classifier, finishModel, network, openClassifier, uncalibrated } from '../models/index.ts'
import type { AnswerBody } from './answer.ts'
import type { ExplainBody } from './explain-body.ts'
import { type App, serve } from './serve.ts'
import { formWith, post } from './tools.test.fixture.ts'

const classes = ['Pneumonia']
let classifier: Classifier
let app: App
let phantom: PhantomFilm

before(async () => {
  const engine = onnxRuntime()
  const built = network({
    backbone: { kind: 'vgg-small', size: 32, widths: [4, 8] },
    head: { kind: 'linear' },
    classes,
    seed: 1,
  })
  const model = await finishModel(
    built,
    {
      name: 'lungs',
      classes,
      thresholds: [0.5],
      calibration: [uncalibrated],
      dataset: '',
      metrics: {},
      provenance: {},
    },
    engine,
  )
  classifier = await openClassifier(model, engine, { threads: 1 })
  app = serve({ classifier, version: { name: 'lungs', version: 1 }, log: silentLog, clock: systemClock })
  for (phantom of phantomCohort({ seed: 5, patients: 1, size: 96 })) break
})

after(() => classifier[Symbol.asyncDispose]())

test('the server says of a film exactly what the classifier says', async () => {
  const png = await encodePng(phantom.film, { bits: 8 })
  const [reading] = await classifier.classify([await decodeFilm(png)])
  const response = await app.fetch(post('/', formWith('file', png)))
  const body = (await response.json()) as AnswerBody
  assert.equal(body.probability, reading?.answers[0]?.probability)
  assert.equal(body.prediction, reading?.answers[0]?.positive ? 'Pneumonia' : 'No Pneumonia')
})

test('the explanation is a picture of the film in its own shape', async () => {
  const response = await app.fetch(post('/explain', formWith('file', await encodePng(phantom.film, { bits: 8 }))))
  const body = (await response.json()) as ExplainBody
  const shown = await decodeFilm(Buffer.from(body.overlay?.split(',')[1] ?? '', 'base64'))
  assert.deepEqual([shown.width, shown.height], [phantom.film.width, phantom.film.height])
  assert.ok(body.hottest && body.hottest.x <= shown.width && body.hottest.y <= shown.height)
  assert.equal(body.explanation.method, 'grad-cam')
})
