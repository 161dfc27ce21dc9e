import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderHtml, renderMarkdown } from '../report/index.ts'
import { judgedFindings } from './findings.test.fixture.ts'
import { evaluate, evaluateFindings, findingsMetrics, findingsReport } from './index.ts'

const films = 300
const input = judgedFindings(films)
const found = evaluateFindings(input)
const named = (target: string) => found.findings.find(finding => finding.target === target)!

test('evaluateFindings() judges each finding as evaluate() does, on the films that have a label of it', () => {
  const { places: _, ...nodule } = input.findings[2]!
  assert.deepEqual(named('Nodule').evaluation, evaluate({ ...nodule, seed: 1, draws: 200 }))
  assert.deepEqual([named('Nodule').films, named('Nodule').unlabelled], [films / 2, films / 2])
  assert.equal(named('Nodule').evaluation?.films, films / 2)
})

test('evaluateFindings() leaves thin findings out of the mean, and says why', () => {
  assert.match(named('Hernia').leftOut ?? '', /^\d patients? with it and 1\d\d without, 10 of each are wanted$/)
  assert.notEqual(named('Hernia').evaluation, null, 'it is judged all the same')
  assert.deepEqual(found.mean?.findings, ['Mass', 'Nodule'])
  const areas = ['Mass', 'Nodule'].map(target => named(target).evaluation!.auroc.value)
  assert.ok(Math.abs(found.mean!.auroc.value - (areas[0]! + areas[1]!) / 2) < 1e-12)
  assert.ok(found.mean!.auroc.low < found.mean!.auroc.value && found.mean!.auroc.value < found.mean!.auroc.high)
})

test('evaluateFindings() does not judge a finding that shows on no film', () => {
  assert.equal(named('Edema').evaluation, null)
  assert.match(named('Edema').leftOut ?? '', /^0 patients with it/)
})

test('evaluateFindings() puts the gain over metadata beside the mean', () => {
  const metadata = found.mean?.metadata
  assert.ok(metadata && metadata.gain.low > 0)
  const without = input.findings.map(finding => ({ ...finding, metadataLogits: undefined }))
  assert.equal(evaluateFindings({ ...input, findings: without }).mean?.metadata, null)
})

test('evaluateFindings() has no mean where all findings are thin', () => {
  const { mean, findings } = evaluateFindings({ ...input, findings: input.findings.slice(1, 2) })
  assert.equal(mean, null)
  const metrics = findingsMetrics({ ...found, mean, findings })
  assert.equal(metrics['auroc'], undefined)
  assert.match(renderMarkdown(findingsReport({ ...found, mean, findings })), /There is no mean/)
})

test('findingsMetrics() are numbers: the mean, and those of each finding under its name', () => {
  const metrics = findingsMetrics(found)
  assert.ok(Object.values(metrics).every(Number.isFinite))
  assert.equal(metrics['auroc'], found.mean?.auroc.value)
  assert.equal(metrics['auroc.Nodule'], named('Nodule').evaluation?.auroc.value)
  assert.deepEqual([metrics['findings'], metrics['averaged']], [4, 2])
  for (const name of ['threshold', 'sensitivity', 'specificity', 'averagePrecision', 'metadataAuroc']) {
    assert.ok(`${name}.Mass` in metrics, name)
  }
  assert.ok(!('auroc.Edema' in metrics))
})

test('findingsReport() has one line for each finding in the table, and a part for each that is shut', async () => {
  const report = findingsReport(found)
  const [table] = report.sections.filter(section => section.kind === 'table')
  assert.deepEqual(
    table?.rows.map(([finding]) => finding),
    ['Mass', 'Hernia\u00a0†', 'Nodule', 'Edema\u00a0†'],
  )
  assert.ok(table.rows.every(row => row.length === table.columns.length))
  const parts = report.sections.filter(section => section.kind === 'details')
  assert.equal(parts.length, 4)
  assert.match(parts[2]!.summary, /^\*\*Nodule\*\* AUROC 0\.\d{3} \(.*\), \d+ of 150 films$/)
  const html = await renderHtml(report)
  assert.equal(html.match(/<details class="part">/g)?.length, 4)
  assert.doesNotMatch(html, /<details[^>]* open/)
})

test('findingsReport() names at its top the findings that a careful reader would doubt', () => {
  const [mass, ...others] = input.findings
  const scores = Float64Array.from(mass!.scores, (_, i) => ((i * 7919) % 101) / 101)
  const doubtful = evaluateFindings({ ...input, findings: [{ ...mass!, scores }, ...others] })
  const markdown = renderMarkdown(findingsReport(doubtful))
  assert.match(markdown, /Left out of the mean\*\* are findings .*\n>\n> - Hernia †: /)
  assert.match(markdown, /Perhaps guessed\*\*: Mass\./)
})

test('findingsReport() names every finding whose own part doubts that lungs were read', () => {
  const [mass] = found.findings
  const { auroc, metadata } = mass!.evaluation!
  // Surely above nothing, and yet too little.
  const gain = { ...metadata!.gain, value: 0.02, low: 0.01, high: 0.03 }
  const evaluation = { ...mass!.evaluation!, metadata: { auroc, gain } }
  const markdown = renderMarkdown(findingsReport({ ...found, findings: [{ ...mass!, evaluation }] }))
  assert.match(markdown, /It may have learned nothing about lungs/)
  assert.match(markdown, /Perhaps told without looking at lungs\*\*: Mass\./)
})

test('evaluateFindings() gives plain data that survives JSON, and the same twice', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found)
  assert.deepEqual(evaluateFindings(input), found)
})
