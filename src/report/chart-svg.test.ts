import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chart } from './chart.ts'
import { chartMarkdown } from './chart-markdown.ts'
import { chartPng } from './chart-png.ts'
import { chartSvg } from './chart-svg.ts'
import { type MeasureText, textMeasure } from './fonts.ts'
import { vegaLite } from './index.ts'

const findings = ['No Finding', 'Infiltration', 'Pleural_Thickening', 'Cardiomegaly', 'Consolidation', 'Pneumonia']

const charts: Readonly<Record<Chart['kind'], Chart>> = {
  lines: {
    kind: 'lines',
    x: { title: 'Epoch', style: 'count' },
    y: { title: 'Loss' },
    series: [
      { name: 'Training', points: [1, 2, 3].map(x => [x, 1 / x] as const) },
      { name: 'Validation', points: [1, 2, 3].map(x => [x, 0.1 + 1 / x] as const), dashed: true },
    ],
    rules: [{ x: 3, label: 'best epoch' }],
  },
  bars: {
    kind: 'bars',
    categoryTitle: 'Finding',
    categories: findings,
    value: { title: 'Films', style: 'count' },
    series: [{ name: 'Films', values: [60361, 19894, 3385, 2776, 4667, 1431] }],
  },
  histogram: {
    kind: 'histogram',
    x: { title: 'Age in years', style: 'count' },
    y: { title: 'Films', style: 'count' },
    edges: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
    series: [
      { name: 'Pneumonia', counts: [1, 2, 3, 4, 5, 6, 3, 2, 1] },
      { name: 'No Pneumonia', counts: [2, 2, 5, 6, 7, 4, 4, 1, 0] },
    ],
    rules: [{ x: 46, label: 'mean 46' }],
  },
  area: {
    kind: 'area',
    x: { title: 'Intensity' },
    y: { title: 'Density' },
    series: [{ name: 'Film', points: [-1, 0, 1].map(x => [x, 1 - x * x] as const) }],
  },
  matrix: {
    kind: 'matrix',
    rowTitle: 'Truth',
    columnTitle: 'Prediction',
    rows: ['Pneumonia', 'No Pneumonia'],
    columns: ['Pneumonia', 'No Pneumonia'],
    values: [
      [52, 16],
      [9, 61],
    ],
  },
  intervals: {
    kind: 'intervals',
    value: { title: 'This change minus the base', domain: [-0.1, 0.1] },
    rows: [
      { name: 'AUROC', value: -0.02, low: -0.05, high: 0.01 },
      { name: 'Sensitivity', value: 0.04, low: -0.01, high: 0.09 },
    ],
    rules: [{ x: 0, label: 'no change' }],
  },
}

for (const [kind, chart] of Object.entries(charts)) {
  test(`a ${kind} chart is drawn with its labels, the same twice`, async () => {
    const svg = await chartSvg(chart, { prefix: 'p' })
    assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" aria-label="[^"]+" width="640" height=/)
    assert.equal(await chartSvg(chart, { prefix: 'p' }), svg)
    for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) assert.match(id!, /^p-/)
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text)
    const wanted = {
      lines: 'Validation',
      bars: '60,361',
      histogram: 'mean 46',
      area: 'Density',
      matrix: '76% of row',
      intervals: 'no change',
    }
    assert.ok(texts.includes(wanted[chart.kind]), `the texts are ${texts.join(' · ')}`)
  })

  test(`a ${kind} chart keeps its texts inside the picture and apart from each other`, async () => {
    for (const width of [400, 940]) {
      const boxes = await textBoxes(await chartSvg(chart, { width }))
      assert.ok(boxes.length > 2)
      const within = (box: Box): boolean => box.left >= -1 && box.right <= width + 1
      assert.deepEqual(
        boxes.filter(box => !within(box)),
        [],
      )
      const clashes = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter(b => overlap(a, b))
          .map(b => [a.text, b.text]),
      )
      assert.deepEqual(clashes, [])
    }
  })

  test(`a ${kind} chart is one vega-lite specification of plain JSON`, () => {
    const spec = vegaLite(chart)
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), JSON.parse(JSON.stringify(vegaLite(chart))))
    assert.match(String(spec.$schema), /vega-lite\/v6/)
  })
}

test('the label of the longest bar has room, even where the axis ends', async () => {
  const scores: Chart = {
    kind: 'bars',
    categories: ['the same and the order of collection', 'sex'],
    value: { title: 'AUROC', domain: [0, 1] },
    series: [{ name: 'AUROC', values: [0.999, 0.5] }],
  }
  const labels = (await textBoxes(await chartSvg(scores, { width: 400 }))).filter(({ text }) => text === '0.999')
  assert.equal(labels.length, 1)
  assert.ok(labels[0]!.right <= 400, `it ends at ${labels[0]!.right}`)
})

test('chartPng() draws the same bytes twice, side by side, with the shipped font', async () => {
  const pair = [
    { title: 'Loss', chart: charts.lines },
    { title: 'Cases', chart: charts.bars },
  ]
  const png = Buffer.from(await chartPng(pair, { width: 300, height: 200, scale: 1 }))
  assert.equal(png.readUInt32BE(16), 28 + 2 * (300 + 28))
  assert.deepEqual(png, Buffer.from(await chartPng(pair, { width: 300, height: 200, scale: 1 })))
  // Without its letters the picture would be a good deal smaller.
  assert.ok(png.length > 6000, `the picture has ${png.length} bytes`)
})

test('charts without data are drawn empty, not refused', async () => {
  const axis = { title: 'x' }
  const empty: Chart[] = [
    { kind: 'lines', x: axis, y: axis, series: [] },
    { kind: 'bars', categories: [], value: axis, series: [] },
    { kind: 'histogram', x: axis, y: axis, edges: [0, 1], series: [{ name: 'a', counts: [0] }] },
    { kind: 'area', x: axis, y: axis, series: [{ name: 'a', points: [] }] },
    { kind: 'matrix', rowTitle: 'a', columnTitle: 'b', rows: [], columns: [], values: [] },
  ]
  for (const chart of empty) {
    assert.doesNotMatch(await chartSvg(chart), /NaN|Infinity|undefined/)
    assert.doesNotMatch(chartMarkdown(chart), /NaN|Infinity|undefined/)
  }
})

interface Box {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where the texts of a drawn chart stand: vega nests groups with `translate` and gives each text one of its own. */
async function textBoxes(svg: string): Promise<Box[]> {
  const measure = await textMeasure()
  const boxes: Box[] = []
  const stack: [number, number][] = [[0, 0]]
  for (const match of svg.matchAll(/<(\/?)(\w+)((?:\s[^>]*?)?)(\/?)>([^<]*)/g)) {
    const [, close, tag, attributes = '', selfClosed, text = ''] = match
    if (close) {
      stack.pop()
      continue
    }
    const [x, y] = stack.at(-1)!
    const moved = /transform="translate\(([-\d.]+),([-\d.]+)\)/.exec(attributes)
    const at: [number, number] = [x + Number(moved?.[1] ?? 0), y + Number(moved?.[2] ?? 0)]
    const turnedOrHalo = /rotate|stroke="#ffffff"/.test(attributes)
    if (tag === 'text' && !turnedOrHalo) boxes.push(boxOf(text, attributes, at, measure))
    if (!selfClosed) stack.push(at)
  }
  return boxes
}

function boxOf(text: string, attributes: string, [x, y]: [number, number], measure: MeasureText): Box {
  const size = Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1] ?? 11)
  const width = measure(text, size, 'Regular')
  const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1]
  const left = anchor === 'middle' ? x - width / 2 : anchor === 'end' ? x - width : x
  return { text, left, right: left + width, top: y - size * 0.72, bottom: y }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
