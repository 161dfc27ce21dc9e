import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { random, systemClock } from '../src/core/index.ts'
import { decode } from '../src/graph/index.ts'
import { goldenPhantoms } from '../src/imaging/index.ts'
import { readCard } from '../src/models/index.ts'
import { freePort, type MlflowServer, mlflowServer } from '../src/testing/mlflow-server.ts'
import { mlflowPeer } from '../src/testing/python-peers.ts'
import { mlflow, type TrackedRun } from '../src/tracking/index.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const skip = mlflowPeer.need()
let server: MlflowServer
let folder: ProjectFolder

before(async () => {
  folder = await projectFolder()
  if (skip === false) server = await mlflowServer()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const tracked = (uri: string): string =>
  tinyConfig
    .replace('import { defineConfig', 'import { defineConfig, mlflow')
    .replace('  train:', `  tracking: mlflow({ uri: '${uri}', experiment: 'chest films' }),\n  train:`)

/** What the Python below tells of a run. */
interface Shown {
  readonly status: string
  readonly name: string
  readonly params: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
  readonly loss: unknown
  readonly auroc: unknown
  readonly times: unknown
  readonly files: unknown
  readonly digest: string
}

const options = { skip, timeout: 900_000 }

test('a server that is down neither fails nor loses a run: a warning says how to send it later', options, async () => {
  const down = `http://127.0.0.1:${await freePort()}`
  await folder.write('chestnut.config.ts', tracked(down))
  const { err } = await folder.succeeds('run')
  const warning =
    /Cannot send to MLflow at "http:\/\/127\.0\.0\.1:\d+": it is not there \(ECONNREFUSED\)\. The run is kept; to send it later: npx chestnut runs send (\S+)/
  assert.equal(err.match(new RegExp(warning, 'g'))?.length, 3)
  const id = warning.exec(err)?.[1] ?? ''
  await folder.write('chestnut.config.ts', tracked(server.uri))
  const { out } = await folder.succeeds('runs', 'send', id)
  assert.match(out, new RegExp(`^sent ${id} to ${server.uri}/#/experiments/\\d+/runs/[0-9a-f]{32}\n$`))
})

test('stock MLflow shows the run with its settings, curves, evaluation, reports and data set', options, async () => {
  const found = (await server.ask(`
experiment = client.get_experiment_by_name("chest films")
(run,) = client.search_runs([experiment.experiment_id])
history = lambda key: [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, key)]
result = {"status": run.info.status, "name": run.info.run_name, "params": run.data.params, "metrics": run.data.metrics,
  "tags": run.data.tags, "loss": history("epoch/trainLoss"), "auroc": history("test/auroc"),
  "times": [run.info.start_time, run.info.end_time], "files": [f.path for f in client.list_artifacts(run.info.run_id)],
  "digest": run.inputs.dataset_inputs[0].dataset.digest}
`)) as Shown
  const [record] = JSON.parse((await folder.succeeds('runs', 'list', '--stage', 'train', '--json')).out)
  const [evaluation] = JSON.parse((await folder.succeeds('runs', 'list', '--stage', 'evaluate', '--json')).out)
  const { epochs } = JSON.parse(await readFile(folder.file('out/history.json'), 'utf8'))
  assert.deepEqual(found.times, [Date.parse(record.started), Date.parse(record.ended)])
  assert.equal(found.status, 'FINISHED')
  assert.match(found.name, /^pneumonia \d{4}-\d\d-\d\d \d\d:\d\d$/)
  assert.deepEqual(
    [found.params['train.epochs'], found.params['seed'], found.params['backbone.kind']],
    ['3', '42', 'vgg-small'],
  )
  assert.deepEqual(
    found.loss,
    epochs.map((one: { epoch: number; trainLoss: number }) => [one.epoch, one.trainLoss]),
  )
  assert.deepEqual(found.auroc, [[0, evaluation.metrics.auroc]])
  assert.equal(found.metrics['train/validationLoss'], record.metrics.validationLoss)
  assert.deepEqual(found.files, ['evaluation.html', 'evaluation.json', 'history.json', 'history.png', 'model'])
  assert.equal(found.digest, record.inputs.dataset.slice(0, 36))
  assert.equal(found.tags['chestnut.run'], record.id)
})

test(
  'the registered model is loaded by its alias with the stock client, and answers as it does here',
  options,
  async () => {
    const [film] = goldenPhantoms(1)
    const answer = (await server.ask(`
import numpy as np
version = client.get_model_version_by_alias("pneumonia", "production")
model = mlflow.pyfunc.load_model("models:/pneumonia@production")
film = np.array(${JSON.stringify([...film!.pixels])}, np.uint16).reshape(${film!.height}, ${film!.width})
result = {"version": version.version, "tags": version.tags, "run": version.run_id, "answer": model.predict({"film": film})["probability"].tolist()}
`)) as { version: string; tags: Record<string, string>; answer: readonly number[] }
    const { outputs } = JSON.parse((await folder.succeeds('runs', 'show', 'pneumonia@1', '--json')).out)
    assert.deepEqual(answer.tags, { 'chestnut.version': '1', 'chestnut.model': outputs['model.onnx'] })
    const { golden } = readCard(decode(await readFile(folder.file('out/model.onnx'))))
    assert.ok(Math.abs(answer.answer[0]! - golden[0]!.probabilities[0]!) < 1e-5)
  },
)

test('a training that follows is sent as it ends; what was sent twice is there once', options, async () => {
  await folder.write('chestnut.config.ts', tracked(server.uri).replace('epochs: 3', 'epochs: 2'))
  const { err } = await folder.succeeds('run')
  assert.equal(err.match(/^.*sent to http:\/\/127.*$/gm)?.length, 3)
  const ids = JSON.parse((await folder.succeeds('runs', 'list', '--stage', 'train', '--json')).out).map(
    ({ id }: { id: string }) => id,
  )
  await folder.succeeds('runs', 'send', ...ids, 'pneumonia@2')
  const found = await server.ask(`
experiment = client.get_experiment_by_name("chest films")
runs = client.search_runs([experiment.experiment_id])
result = {"runs": len(runs), "points": [len(client.get_metric_history(r.info.run_id, "epoch/trainLoss")) for r in runs],
  "versions": len(client.search_model_versions("name='pneumonia'")),
  "alias": client.get_model_version_by_alias("pneumonia", "production").tags["chestnut.version"]}
`)
  assert.deepEqual(found, { runs: 2, points: [2, 3], versions: 2, alias: '2' })
})

test('runs far beyond the limits of one call arrive whole, under names that MLflow takes', options, async () => {
  const many = Array.from({ length: 1300 }, (_, i) => ({ name: `curve/${i % 2}`, value: i / 7, step: i >> 1 }))
  const run: TrackedRun = {
    id: 'large',
    name: 'large',
    status: 'failed',
    started: 1_700_000_000_000,
    ended: 1_700_000_100_000,
    params: Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, `${i}`.padEnd(7000, 'é')])),
    metrics: [
      ...many,
      { name: 'a&b', value: 1, step: 0 },
      { name: 'a+b', value: 2, step: 0 },
      { name: '../x//y', value: Number.NaN, step: 0 },
    ],
    tags: { note: 'n'.repeat(9000) },
    artifacts: [],
  }
  await mlflow({ uri: server.uri, credentials: {}, clock: systemClock, random: random(1) }).send('limits', run)
  const found = await server.ask(`
(run,) = client.search_runs([client.get_experiment_by_name("limits").experiment_id])
metrics = run.data.metrics
result = {"status": run.info.status, "params": len(run.data.params), "longest": max(map(len, run.data.params.values())),
  "curve": [len(client.get_metric_history(run.info.run_id, "curve/" + k)) for k in "01"],
  "names": sorted(k for k in metrics if not k.startswith("curve")), "nan": metrics["_/x/_/y"] != metrics["_/x/_/y"]}
`)
  assert.deepEqual(found, {
    status: 'FAILED',
    params: 250,
    longest: 6000,
    curve: [650, 650],
    names: ['_/x/_/y', 'a_b', 'a_b_2'],
    nan: true,
  })
})

test('nothing that is sent names a patient or a film', options, async () => {
  const manifest = await readFile(folder.file('out/manifest.csv'), 'utf8')
  const [header = '', ...rows] = manifest.trim().split('\n')
  const place = (name: string): number => header.split(',').indexOf(name)
  const names = rows.flatMap(row => [row.split(',')[place('Image_Index')], row.split(',')[place('path')]])
  const sent = await server.ask(`
import os, tempfile
experiment = client.get_experiment_by_name("chest films")
texts = []
for run in client.search_runs([experiment.experiment_id]):
    texts.append(str(run.to_dictionary()))
    for name in ("history.json", "evaluation.json", "evaluation.html"):
        texts.append(open(client.download_artifacts(run.info.run_id, name, tempfile.mkdtemp())).read())
result = "\\n".join(texts)
`)
  assert.ok(typeof sent === 'string' && sent.length > 10_000)
  for (const name of names) assert.ok(name !== undefined && name !== '' && !sent.includes(name), name)
  assert.ok(!sent.includes(folder.path))
})
