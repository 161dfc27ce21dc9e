import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BarsChart } from './chart.ts'
import { chartMarkdown } from './chart-markdown.ts'
import { type Report, renderHtml, renderMarkdown } from './index.ts'
import { markdownHtml } from './markdown-html.ts'

const bars: BarsChart = {
  kind: 'bars',
  categories: ['No Finding', 'Pneumonia'],
  value: { title: 'Films', style: 'count' },
  series: [{ name: 'Films', values: [60361, 1431] }],
}

const report: Report = {
  title: 'Pneumonia & friends',
  subtitle: 'Judged on **138** films',
  sections: [
    { kind: 'figures', items: [{ label: 'AUROC', value: '0.917', note: '0.865 to 0.950' }] },
    { kind: 'warning', markdown: '**View** alone scores 0.74.\n\n- a\n- b' },
    { kind: 'heading', text: 'One' },
    { kind: 'heading', text: 'One' },
    { kind: 'heading', text: 'Two' },
    { kind: 'row', sections: [1, 2].map(n => ({ kind: 'chart', title: `Findings ${n}`, chart: bars })) },
    { kind: 'table', title: 'Splits', columns: ['Split', 'Films'], rows: [['a | b', 1402]] },
    {
      kind: 'details',
      summary: '**Mass** 0.8',
      sections: [
        { kind: 'heading', text: 'Two', level: 3 },
        { kind: 'table', columns: ['Split'], rows: [['inside']] },
      ],
    },
    { kind: 'heading', text: 'Two' },
    { kind: 'images', items: [{ png: new Uint8Array([137, 80, 78, 71]), caption: 'row 12' }] },
  ],
}

test('renderHtml() gives one page that loads nothing and runs nothing', async () => {
  const html = await renderHtml(report)
  assert.equal(await renderHtml(report), html)
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/)
  assert.doesNotMatch(html, /<script|<link|<iframe| on[a-z]+=|javascript:|style="/i)
  const loaded = [...html.matchAll(/(?:src=|url\()["']?([^"')]{1,30})/g)].map(([, address]) => address!)
  assert.deepEqual(
    loaded.filter(address => !address.startsWith('data:') && !address.startsWith('#')),
    [],
  )
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const name of ['one', 'one-2', 'two', 'two-3'])
    assert.ok(html.includes(`href="#${name}"`) && html.includes(`id="${name}"`))
})

test('checks show what holds and what does not, as a page and as markdown', async () => {
  const checks: Report = {
    title: 'Gates',
    sections: [
      {
        kind: 'checks',
        items: [
          { outcome: 'pass', title: 'AUROC', text: '0.91 | enough' },
          { outcome: 'fail', title: 'Cost', text: '€9.00 <b>' },
          { outcome: 'unknown', title: 'Machines', text: 'nobody answers' },
        ],
      },
    ],
  }
  const markdown = renderMarkdown(checks)
  for (const line of ['| ✅ pass | AUROC | 0.91 \\| enough |', '| ❌ fail | Cost | €9.00 &lt;b> |', '| ❔ unknown |'])
    assert.ok(markdown.includes(line), line)
  const html = await renderHtml(checks)
  for (const outcome of ['pass', 'fail', 'unknown'])
    assert.match(html, new RegExp(`<li class="${outcome}"><svg [^>]*aria-label="${outcome}"`))
  assert.ok(html.includes('€9.00 &lt;b&gt;'))
})

test('intervals in letters keep their order and show the rule', () => {
  const lines = chartMarkdown({
    kind: 'intervals',
    value: { title: 'difference', domain: [-1, 1] },
    rows: [{ name: 'AUROC', value: 0.5, low: -0.5, high: 0.9 }],
    rules: [{ x: 0, label: 'no change' }],
  }).split('\n')
  assert.match(lines[1]!, /^AUROC +├─+┼─+●─+┤$/)
  assert.equal(lines[2]!.indexOf('│'), lines[1]!.indexOf('┼'))
  assert.match(lines[2]!, /│ no change$/)
})

test('a picture that letters cannot show is left out of markdown', () => {
  const picture: Report = { title: 'x', sections: [{ kind: 'chart', title: 'Bars', chart: bars, pictureOnly: true }] }
  assert.equal(renderMarkdown(picture), '# x\n')
})

test('details are shut until a reader opens them, as a page and as markdown', async () => {
  assert.match(
    await renderHtml(report),
    /<details class="part"><summary><strong>Mass<\/strong> 0\.8<\/summary><h3 id="two-2">/,
  )
  assert.match(
    renderMarkdown(report),
    /<details>\n<summary>\*\*Mass\*\* 0\.8<\/summary>\n\n### Two\n\n\| Split \|[\s\S]*<\/details>/,
  )
})

test('renderHtml() shows markup in any text as text', async () => {
  const evil = '<img src=x onerror=alert(1)>"\'</style><script>'
  const html = await renderHtml({
    title: evil,
    subtitle: evil,
    sections: [
      { kind: 'heading', text: evil },
      { kind: 'text', markdown: `${evil} [a](javascript:alert(1)) [b](https://x.org/"onload=") \u0000` },
      { kind: 'figures', items: [{ label: evil, value: evil, note: evil }] },
      { kind: 'table', title: evil, columns: [evil], rows: [[evil]] },
      {
        kind: 'chart',
        title: evil,
        chart: {
          ...bars,
          categories: [evil],
          series: [{ name: evil, values: [1] }],
          value: { title: evil },
        },
      },
      { kind: 'details', summary: evil, sections: [] },
      { kind: 'images', items: [{ png: new Uint8Array(), caption: evil }] },
    ],
  })
  assert.doesNotMatch(html, /<img src=x|<script/)
  assert.doesNotMatch(html, /href="javascript/)
})

test('markdownHtml() never lets a tag through', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('<', '>', '"', '`', '*', '[', ']', '(', ')', 'a', ' ', '\n', '-', 'https://x'),
      }),
      text => {
        const tags = markdownHtml(text).match(/<[^>]*>/g) ?? []
        for (const tag of tags)
          assert.match(tag, /^<\/?(p|ul|li|strong|em|code|a href="https:\/\/[^"<>]*" rel="noreferrer"|a)>$/)
      },
    ),
  )
})

test('renderMarkdown() keeps tables whole and films out', () => {
  const text = renderMarkdown(report)
  assert.match(text, /\| a \\\| b \| 1,402 \|/)
  assert.match(text, /> \[!WARNING\]\n> \*\*View\*\* alone scores 0\.74\./)
  assert.match(text, /No Finding +█{28} 60,361/)
  assert.match(text, /^# Pneumonia &amp; friends$/m)
  assert.doesNotMatch(text, /row 12|data:image/)
})

test('chartMarkdown() cannot be left from inside', () => {
  const chart: BarsChart = {
    ...bars,
    categories: ['```\n# x'],
    series: [{ name: 'a', values: [1] }],
    value: { title: '' },
  }
  assert.equal(chartMarkdown(chart).match(/```/g)?.length, 2)
})
