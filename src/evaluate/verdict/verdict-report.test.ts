import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutMarkdown, renderHtml, renderMarkdown } from '../../report/index.ts'
import type { Judgeable } from './gates.ts'
import { judgeChange } from './judge-change.ts'
import { differenceText, signedText } from './signed-text.ts'
import { change } from './verdict.test.fixture.ts'
import { verdictCharts } from './verdict-charts.ts'
import { verdictReport } from './verdict-report.ts'

const quality = { leaks: true, machines: true, drop: { auroc: 0.2 } }

test('a verdict begins with its gates, and shows both models and their difference', () => {
  const markdown = renderMarkdown(verdictReport(judgeChange(change(), quality)))
  assert.match(
    markdown,
    /^# pneumonia: this change passes\n\nAll 4 gates pass\. AUROC 0\.\d{3} \(.*against pneumonia@1\./,
  )
  assert.match(
    markdown,
    /\| AUROC \| 0\.\d{3} \([^|]+\) \| 0\.\d{3} \([^|]+\) \| [−+]?0\.\d{3} \([^|]+\) \| [<0-9. ]+ \|/,
  )
  for (const text of [
    'For whom does it work?',
    '| train | scaleway L4-1-24G | 10 min 20 s | €0.31 | 8 min 20 s | €0.27 |',
  ])
    assert.ok(markdown.includes(text), text)
  assert.ok(markdown.indexOf('Trained and judged') < markdown.indexOf('## The model'))
  assert.doesNotMatch(markdown, /ROC curve/)
})

test('a verdict of several findings has a line for each, and folds what is said of it', async () => {
  const [finding] = change().findings
  const auroc = finding!.evaluation!.auroc
  const { current, base, difference } = finding!.compared!.metrics[0]!
  const several: Judgeable = {
    ...change(),
    findings: [finding!, { ...finding!, target: 'Pleural_Thickening' }, { ...finding!, target: 'Mass', counts: false }],
    mean: { findings: ['Pneumonia', 'Pleural_Thickening'], auroc, compared: { current, base, difference } },
  }
  const verdict = judgeChange(several, quality)
  const markdown = renderMarkdown(verdictReport(verdict))
  for (const text of ['| **Mean of 2** |', '| Pleural Thickening |', '| Mass † |', '<summary>Pleural Thickening'])
    assert.ok(markdown.includes(text), text)
  assert.match(await renderHtml(verdictReport(verdict)), /<details class="part"><summary>Pleural Thickening/)
})

test('where the base knew some films, each table says which films it is about', () => {
  const all = change()
  const { evaluation } = all.findings[0]!
  const part = change({ films: 300 }).findings[0]!
  const findings = [{ ...part, evaluation }]
  const testing = { ...all.testing!, compared: 300, leftOut: { films: 100, patients: 0 } }
  const one = renderMarkdown(verdictReport(judgeChange({ ...all, findings, testing }, quality)))
  assert.equal(one.split('On the 300 testing films that both may be judged on').length - 1, 2)
  const mean = { findings: ['Pneumonia', 'Mass'], auroc: evaluation!.auroc, compared: null }
  const two = { ...all, findings: [...findings, { ...findings[0]!, target: 'Mass' }], testing, mean }
  const several = renderMarkdown(verdictReport(judgeChange(two, quality)))
  assert.match(several, /AUROC of each finding, on the 300 testing films that both may be judged on/)
  assert.ok(several.includes(`| Mass | ${part.compared!.positives} |`))
  assert.notEqual(part.compared!.positives, evaluation!.positives)
})

test('what the base knew already, what it does not tell and who it is are said', () => {
  const facts = change()
  assert.ok(facts.base.kind === 'model')
  const told = (changed: Partial<Judgeable>): string =>
    renderMarkdown(verdictReport(judgeChange({ ...facts, ...changed }, quality)))
  const testing = { ...facts.testing!, compared: 380, leftOut: { films: 12, patients: 8 }, unread: 3 }
  assert.match(
    told({ testing }),
    /12 of them themselves, and other films of the patients of 8 of them\. .*rests on 380 films/,
  )
  assert.match(told({ testing }), /3 testing films that could not be read/)
  assert.match(told({ base: { ...facts.base, isKnown: false } }), /The base may know these films/)
  assert.match(told({ base: { ...facts.base, untold: ['Mass'] } }), /does not tell\*\* Mass/)
  assert.match(
    told({ base: { kind: 'none', why: 'No model "pneumonia" is published yet' } }),
    /nothing to compare with/,
  )
})

test('a change without a model still has a report of its data, its bill and its machines', async () => {
  const failed = judgeChange(
    {
      ...change(),
      failure: { stage: 'train', status: 'lost' },
      testing: null,
      findings: [],
      training: { current: null, base: null },
      machines: { left: 2, others: 0, silent: [] },
    },
    quality,
  )
  const markdown = renderMarkdown(verdictReport(failed))
  for (const text of [
    'does not pass',
    'begun on another machine and has left no result',
    '2 machines of this change',
    '## The data',
  ])
    assert.ok(markdown.includes(text), text)
  assert.deepEqual(verdictCharts(failed), [])
  assert.match(await renderHtml(verdictReport(failed)), /<li class="fail">/)
})

test('a hundred findings stay within what a comment takes', () => {
  const [finding] = change().findings
  const findings = Array.from({ length: 100 }, (_, i) => ({ ...finding!, target: `Finding ${i}` }))
  const whole = renderMarkdown(verdictReport(judgeChange({ ...change(), findings }, quality)))
  assert.ok(whole.length > 65_000)
  const markdown = cutMarkdown(whole, { most: 64_000, notice: 'The rest is in verdict.html.' })
  assert.ok(markdown.length <= 64_000)
  assert.ok(markdown.includes('Trained and judged') && markdown.includes('The rest is in verdict.html.'))
})

test('differences have a sign, and nothing has none', () => {
  assert.deepEqual([0.0123, -0.5, 0.0001, -0.0001].map(signedText), ['+0.012', '−0.500', '0.000', '0.000'])
  assert.equal(differenceText({ value: 0, low: -0.1, high: 0.1, level: 0.95 }), '0.000 (−0.100 to +0.100)')
})
