import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderHtml, renderMarkdown } from '../report/index.ts'
import { evaluate, evaluationReport } from './index.ts'
import { judgedFilms } from './judged.test.fixture.ts'

test('evaluationReport() opens with the sentence that says what was compared with what', () => {
  const report = evaluationReport(evaluate(judgedFilms({ films: 300 })))
  assert.equal(report.subtitle, 'Pneumonia against No Finding.')
  assert.equal(report.sections[0]?.kind, 'figures')
})

test('evaluationReport() of a good model with many films has no warnings', () => {
  const input = judgedFilms({ films: 1200 })
  assert.deepEqual(warnings({ ...input, facts: input.facts.map(film => ({ ...film, age: 50 })) }), [])
})

test('evaluationReport() warns when metadata would score as much', () => {
  const input = judgedFilms({ films: 600 })
  assert.match(warnings({ ...input, metadataLogits: input.scores }).join(), /may have learned nothing about lungs/)
})

test('evaluationReport() warns of few films, of guessing, of wrong probabilities and of groups with one class', () => {
  const few = judgedFilms({ films: 40, spread: 0.2 })
  assert.match(warnings(few).join(), /Too few films to be sure/)
  assert.match(warnings(few).join(), /may be guessing/)
  const input = judgedFilms({ films: 800 })
  const bold = Float64Array.from(input.probabilities, p => (p > 0.5 ? 0.999 : 0.001))
  assert.match(warnings({ ...input, probabilities: bold }).join(), /The probabilities are off/)
  const split = input.facts.map((film, i) => ({
    ...film,
    view: input.labels[i] === 1 ? ('AP' as const) : ('PA' as const),
  }))
  assert.match(warnings({ ...input, facts: split }).join(), /one class only\*\*: view PA, view AP/)
})

test('evaluationReport() renders as a page and as markdown with every interval', async () => {
  const evaluation = evaluate(judgedFilms({ films: 200 }))
  const report = evaluationReport(evaluation)
  const markdown = renderMarkdown(report)
  assert.match(markdown, new RegExp(evaluation.auroc.low.toFixed(3)))
  assert.match(markdown, /Metadata alone/)
  assert.match(markdown, /too few films|\d\.\d{3} \(/)
  const html = await renderHtml(report)
  assert.match(html, /<svg/)
})

function warnings(input: ReturnType<typeof judgedFilms>): readonly string[] {
  return evaluationReport(evaluate(input)).sections.flatMap(section =>
    section.kind === 'warning' ? [section.markdown] : [],
  )
}
