import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { FindingsCrossValidation, FindingsEvaluation } from '../src/evaluate/index.ts'
import { decode } from '../src/graph/index.ts'
import { findings } from '../src/imaging/index.ts'
import { type ModelCard, readCard } from '../src/models/index.ts'
import { type Finished, type ProjectFolder, projectFolder } from './project-folder.ts'

/** Fourteen findings planted on drawn films; a label in ten is missing, one in twenty uncertain. */
const config = `import { defineConfig, dense, phantoms, vggSmall } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 400, size: 64, findings: 'all', prevalence: 0.3, unlabelled: 0.1, uncertain: 0.05 }),
  targets: 'all',
  split: { validation: 0.15 },
  backbone: vggSmall({ size: 64, widths: [16, 16, 16] }),
  head: dense({ units: [], dropout: [0.2] }),
  train: { epochs: 6, batch: 16, rate: { kind: 'cosine', rate: 0.002, warmUp: 1 } },
})
`

let folder: ProjectFolder
let run: Finished
let card: ModelCard
let evaluation: FindingsEvaluation

before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': config })
  run = await folder.succeeds('run')
  card = readCard(decode(await readFile(folder.file('out/model.onnx'))))
  evaluation = JSON.parse(await readFile(folder.file('out/evaluation.json'), 'utf8'))
})
after(() => folder[Symbol.asyncDispose]())

test('planted findings are found: the mean AUROC is far above chance and above what metadata alone scores', () => {
  const { mean } = evaluation
  assert.ok(mean !== null && mean.metadata !== null)
  assert.ok(mean.auroc.low > 0.65, JSON.stringify(mean))
  assert.ok(mean.metadata.auroc.high < 0.6 && mean.metadata.gain.low > 0.1, JSON.stringify(mean))
  assert.deepEqual(mean.findings, findings)
})

test('every finding is judged on the films that have a certain label of it', async () => {
  assert.deepEqual(
    evaluation.findings.map(({ target }) => target),
    findings,
  )
  for (const finding of evaluation.findings) {
    assert.equal(finding.films + finding.unlabelled, evaluation.films)
    const missing = finding.unlabelled / evaluation.films
    assert.ok(missing > 0.05 && missing < 0.3, `${finding.target}: ${missing}`)
    assert.equal(finding.evaluation?.films, finding.films)
  }
})

test('the model carries a calibration with an interval and a threshold for every finding', () => {
  assert.deepEqual(card.classes, findings)
  assert.equal(card.thresholds.length, 14)
  for (const [k, { map, band, note }] of card.calibration.entries()) {
    assert.notDeepEqual(map, { kind: 'temperature', temperature: 1, shift: 0 }, `${findings[k]} was fitted: ${note}`)
    assert.ok(band !== undefined && band.level === 0.9, findings[k])
  }
  assert.ok(new Set(card.thresholds).size > 10, 'each finding has its own')
  assert.ok(card.golden.every(({ probabilities }) => probabilities.length === 14))
})

test('reports and tables show all findings, and no second run is needed', async () => {
  const [page, exploration, predictions] = await Promise.all(
    ['evaluation.html', 'explore.html', 'predictions.csv'].map(name => readFile(folder.file(`out/${name}`), 'utf8')),
  )
  for (const finding of findings) {
    const name = finding.replaceAll('_', ' ')
    assert.match(page!, new RegExp(`<summary><strong>${name}</strong> AUROC`))
    assert.ok(exploration!.includes(`${name}</th>`), name)
    assert.ok(predictions!.split('\n')[0]?.includes(`probability.${finding}`), finding)
    assert.match(run.out, new RegExp(`^ +${finding} +AUROC 0\\.\\d{3} \\(`, 'm'))
  }
  assert.match(run.out, /mean AUROC 0\.\d{3} \(95 % interval .*\) of 14 of 14 findings; metadata alone/)
  const again = await folder.chestnut('run')
  assert.equal(again.out.match(/nothing changed, kept/g)?.length, 6)
})

test('the server answers with all findings', async () => {
  const server = folder.start('serve', '--port', '0')
  const url = /http:\/\/[\d.:]+/.exec(await server.shows(/http:\/\/127/))?.[0] ?? ''
  const form = new FormData()
  form.set('file', new Blob([await readFile(await someFilm())]), 'film.png')
  const reply = (await (await fetch(url, { method: 'POST', body: form })).json()) as Reply
  server.child.kill('SIGINT')
  await server.finished
  checkAnswers(reply)
})

test('`chestnut predict --json` prints all findings of a film', async () => {
  const { code, out } = await folder.chestnut('predict', await someFilm(), '--json')
  assert.equal(code, 0)
  checkAnswers(JSON.parse(out) as Reply)
})

test('what lies behind a missing label does not count: the same bytes whether it is missing or uncertain, and others by policy', async () => {
  const labels = await fewLabels()
  const swapped = labels.replace(/,(|-1)(?=,)/g, (_, label) => (label === '' ? ',-1' : ','))
  assert.notEqual(swapped, labels)
  const of = async (table: string, uncertain: string): Promise<string> => {
    await using other = await projectFolder({ 'labels.csv': table })
    await other.write('chestnut.config.ts', tableConfig(await inData('images'), uncertain))
    await other.succeeds('train')
    return readFile(other.file('out/history.json'), 'utf8')
  }
  const missing = await of(labels, 'ignore')
  assert.equal(await of(swapped, 'ignore'), missing)
  assert.notEqual(await of(labels, 'one'), missing)
})

test('`chestnut evaluate --folds` judges all findings out of fold, in one training a fold', async () => {
  await using other = await projectFolder({ 'labels.csv': await fewLabels() })
  await other.write('chestnut.config.ts', tableConfig(await inData('images'), 'one'))
  const { code, out, err } = await other.chestnut('evaluate', '--folds', '2', '--seeds', '1', '--json')
  assert.equal(code, 0, err)
  const found = JSON.parse(out) as FindingsCrossValidation
  assert.deepEqual(
    found.findings.map(({ target, result }) => [target, result?.folds]),
    [
      ['Edema', 2],
      ['Effusion', 2],
    ],
  )
  assert.deepEqual(found.mean?.findings, ['Edema', 'Effusion'])
})

/** The table of the first films. */
async function fewLabels(): Promise<string> {
  const lines = (await readFile(await inData('labels.csv'), 'utf8')).split('\n')
  return `${lines.slice(0, 250).join('\n')}\n`
}

/** A small training on the films that are drawn already. */
function tableConfig(images: string, uncertain: string): string {
  return `import { defineConfig, table, vggSmall } from 'chestnut'

export default defineConfig({
  data: table({ csv: 'labels.csv', images: ${JSON.stringify(images)}, image: 'Image Index', patient: 'Patient ID', findings: ['Mass', 'Edema', 'Effusion'] }),
  targets: ['Edema', 'Effusion'],
  uncertain: '${uncertain}',
  backbone: vggSmall({ size: 32, widths: [4] }),
  train: { epochs: 1, batch: 64 },
})
`
}

interface Reply {
  readonly prediction: string
  readonly findings: readonly {
    readonly label: string
    readonly probability: number
    readonly threshold: number
    readonly positive: boolean
    readonly interval?: { readonly low: number; readonly high: number }
  }[]
}

function checkAnswers({ prediction, findings: answers }: Reply): void {
  assert.deepEqual(
    answers.map(({ label }) => label),
    findings,
  )
  for (const { label, probability, threshold, positive, interval } of answers) {
    assert.equal(positive, probability >= threshold, label)
    assert.equal(threshold, card.thresholds[card.classes.indexOf(label)], label)
    assert.ok(interval && interval.low <= probability && probability <= interval.high, label)
  }
  const seen = answers.filter(({ positive }) => positive).map(({ label }) => label)
  assert.equal(prediction, seen.length === 0 ? 'No Finding' : seen.join('|'))
}

async function inData(name: string): Promise<string> {
  const data = await readdir(folder.file('.chestnut/data'))
  return folder.file(`.chestnut/data/${data.find(each => each.startsWith('phantoms-'))}/${name}`)
}

async function someFilm(): Promise<string> {
  return inData('images/00000003_000.png')
}
