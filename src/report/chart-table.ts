import type { Chart } from './chart.ts'
import { numberText } from './numbers.ts'

export interface NumbersTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

const mostRows = 60

/** The chart's numbers as a table; undefined for curves with more points than a person reads. */
export function chartTable(chart: Chart): NumbersTable | undefined {
  const table = numbersOf(chart)
  return table && table.rows.length <= mostRows ? table : undefined
}

function numbersOf(chart: Chart): NumbersTable | undefined {
  switch (chart.kind) {
    case 'lines':
    case 'area': {
      const at = [...new Set(chart.series.flatMap(series => series.points.map(([x]) => x)))].sort((a, b) => a - b)
      const found = chart.series.map(series => new Map(series.points))
      // Curves with several values at one place (ROC) are no table.
      if (found.some((map, i) => map.size !== chart.series[i]!.points.length)) return undefined
      return {
        columns: [chart.x.title, ...chart.series.map(series => series.name)],
        rows: at.map(x => [x, ...found.map(map => map.get(x) ?? '')]),
      }
    }
    case 'bars':
      return {
        columns: [chart.categoryTitle ?? '', ...chart.series.map(series => series.name)],
        rows: chart.categories.map((category, i) => [category, ...chart.series.map(series => series.values[i] ?? '')]),
      }
    case 'histogram':
      return {
        columns: [chart.x.title, ...chart.series.map(series => series.name)],
        rows: chart.edges
          .slice(1)
          .map((to, i) => [
            `${numberText(chart.edges[i]!)} to ${numberText(to)}`,
            ...chart.series.map(series => series.counts[i] ?? ''),
          ]),
      }
    case 'matrix':
      return {
        columns: [`${chart.rowTitle} \\ ${chart.columnTitle}`, ...chart.columns],
        rows: chart.rows.map((row, r) => [row, ...(chart.values[r] ?? [])]),
      }
    case 'intervals':
      return {
        columns: [chart.value.title, 'Value', 'From', 'To'],
        rows: chart.rows.map(({ name, value, low, high }) => [name, value, low, high]),
      }
    default:
      return chart satisfies never
  }
}
