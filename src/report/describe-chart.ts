import type { Axis, Chart, Point } from './chart.ts'
import { numberText, styledText } from './numbers.ts'

/** What the picture shows in a sentence or two, for readers who do not see it. */
export function describeChart(chart: Chart): string {
  switch (chart.kind) {
    case 'lines':
    case 'area': {
      const lines = chart.series.map(({ name, points }) => `${name}: ${describePoints(points, chart.y)}`)
      return `Line chart of ${chart.y.title} against ${chart.x.title}. ${lines.join('; ')}.`
    }
    case 'bars':
      return `Bar chart of ${chart.value.title} for ${chart.categories.length} categories. ${chart.series
        .map(({ name, values }) => {
          const pairs = values
            .slice(0, 6)
            .map((value, i) => `${chart.categories[i]} ${styledText(value, chart.value.style)}`)
          return `${name}: ${pairs.join(', ')}${values.length > 6 ? ' …' : ''}`
        })
        .join('; ')}.`
    case 'histogram':
      return `Histogram of ${chart.x.title}. ${chart.series
        .map(({ name, counts }) => `${name}: most between ${describeHighest(chart.edges, counts)}`)
        .join('; ')}.`
    case 'matrix':
      return `Matrix of ${chart.rowTitle} against ${chart.columnTitle}. ${chart.rows
        .flatMap((row, r) => chart.columns.map((column, c) => `${row} as ${column}: ${chart.values[r]?.[c] ?? 0}`))
        .join('; ')}.`
    case 'intervals':
      return `Intervals of ${chart.value.title}. ${chart.rows
        .map(row => {
          const [value, low, high] = [row.value, row.low, row.high].map(at => styledText(at, chart.value.style))
          return `${row.name}: ${value}, from ${low} to ${high}`
        })
        .join('; ')}.`
    default:
      return chart satisfies never
  }
}

function describePoints(points: readonly Point[], axis: Axis): string {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return 'no points'
  const [from, to] = [first, last].map(([, y]) => styledText(y, axis.style))
  return `${points.length} points from ${from} to ${to}`
}

function describeHighest(edges: readonly number[], counts: readonly number[]): string {
  const at = counts.indexOf(Math.max(...counts))
  return `${numberText(edges[at] ?? 0)} and ${numberText(edges[at + 1] ?? 0)}`
}
