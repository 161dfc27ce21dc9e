import type { BarsChart, Chart, HistogramChart, IntervalsChart, MatrixChart, NumberStyle, Point } from './chart.ts'
import { domainOf } from './intervals-layers.ts'
import { numberText, styledText } from './numbers.ts'

const width = 28

/** A chart in letters, in a block of code: bars for counts, a spark line for curves. */
export function chartMarkdown(chart: Chart): string {
  return ['```text', ...chartLines(chart), '```'].join('\n').replace(/`{3,}(?!text|$)/g, '``')
}

function chartLines(chart: Chart): string[] {
  switch (chart.kind) {
    case 'bars':
      return barLines(chart)
    case 'histogram':
      return histogramLines(chart)
    case 'lines':
    case 'area': {
      const name = longest(chart.series.map(series => series.name))
      return chart.series.map(
        series => `${series.name.padEnd(name)}  ${sparkLine(series.points)}  ${ends(series.points, chart.y.style)}`,
      )
    }
    case 'matrix':
      return matrixLines(chart)
    case 'intervals':
      return intervalLines(chart)
    default:
      return chart satisfies never
  }
}

function barLines(chart: BarsChart): string[] {
  const highest = Math.max(0, ...chart.series.flatMap(series => series.values))
  const label = longest(chart.categories)
  const name = chart.series.length > 1 ? longest(chart.series.map(series => series.name)) : 0
  return chart.categories.flatMap((category, i) =>
    chart.series.map((series, s) => {
      const value = series.values[i] ?? 0
      const words = [(s === 0 ? category : '').padEnd(label), ...(name > 0 ? [series.name.padEnd(name)] : [])]
      return `${words.join('  ')}  ${bar(value, highest)} ${styledText(value, chart.value.style)}`
    }),
  )
}

function histogramLines(chart: HistogramChart): string[] {
  const bins = chart.edges.slice(1).map((to, i) => `${numberText(chart.edges[i]!)} to ${numberText(to)}`)
  const { series, y } = chart
  return barLines({
    kind: 'bars',
    categories: bins,
    value: y,
    series: series.map(s => ({ name: s.name, values: s.counts })),
  })
}

function matrixLines(chart: MatrixChart): string[] {
  const cells = [
    [`${chart.rowTitle} \\ ${chart.columnTitle}`, ...chart.columns],
    ...chart.rows.map((row, r) => [row, ...(chart.values[r] ?? []).map(numberText)]),
  ]
  const widths = cells[0]!.map((_, c) => longest(cells.map(row => row[c] ?? '')))
  return cells.map(row =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  '),
  )
}

/** `AUROC  ├───●──┼┤`, with the rules below. */
function intervalLines(chart: IntervalsChart): string[] {
  const [from, to] = domainOf(chart)
  const last = 2 * width - 1
  const place = (value: number): number =>
    to > from ? Math.min(last, Math.max(0, Math.round(((value - from) / (to - from)) * last))) : 0
  const rules = (chart.rules ?? []).map(({ x, label }) => ({ at: place(x), label }))
  const name = longest(chart.rows.map(row => row.name))
  const lines = chart.rows.map(row => {
    const [low, at, high] = [place(row.low), place(row.value), place(row.high)]
    const letters = Array.from({ length: last + 1 }, (_, i) => {
      const isRule = rules.some(rule => rule.at === i)
      if (i === at) return '●'
      if (i === low) return '├'
      if (i === high) return '┤'
      if (i > low && i < high) return isRule ? '┼' : '─'
      return isRule ? '│' : ' '
    })
    return `${row.name.padEnd(name)}  ${letters.join('')}`.trimEnd()
  })
  return [...lines, ...rules.map(({ at, label }) => `${' '.repeat(name + 2 + at)}│ ${label}`)]
}

/** A bar in eighths of a letter. */
function bar(value: number, highest: number): string {
  const eighths = highest > 0 ? Math.round((Math.max(0, value) / highest) * width * 8) : 0
  const rest = eighths % 8
  return '█'.repeat(Math.floor(eighths / 8)) + (rest > 0 ? '▏▎▍▌▋▊▉'.charAt(rest - 1) : '')
}

function sparkLine(points: readonly Point[]): string {
  const values = points.map(([, y]) => y).filter(Number.isFinite)
  const picked =
    values.length <= width
      ? values
      : Array.from({ length: width }, (_, i) => values[Math.round((i * (values.length - 1)) / (width - 1))]!)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  return picked.map(value => '▁▂▃▄▅▆▇█'.charAt(span > 0 ? Math.round(((value - low) / span) * 7) : 3)).join('')
}

function ends(points: readonly Point[], style: NumberStyle | undefined): string {
  const first = points[0]
  const last = points.at(-1)
  return first && last ? `${styledText(first[1], style)} → ${styledText(last[1], style)}` : 'no points'
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(text => text.length))
}
