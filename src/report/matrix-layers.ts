import type { MatrixChart } from './chart.ts'
import type { Row } from './encodings.ts'
import { percentText, styledText } from './numbers.ts'
import { light } from './palette.ts'

export function matrixLayers(chart: MatrixChart): object {
  const values = chart.values.flatMap((row, r) => {
    const sum = row.reduce((a, b) => a + b, 0)
    return row.map((value, c): Row => {
      const share = sum > 0 ? value / sum : 0
      const place = { row: chart.rows[r] ?? '', column: chart.columns[c] ?? '' }
      return { ...place, share, count: styledText(value, 'count'), label: `${percentText(share)} of row` }
    })
  })
  const axis = { grid: false, domain: false, ticks: false, labelColor: light.ink, labelAngle: 0 }
  const band = (field: string, title: string, domain: readonly string[]): object => ({
    field,
    type: 'nominal',
    sort: null,
    scale: { domain, paddingInner: 0.03, paddingOuter: 0 },
    axis: { ...axis, title, ...(field === 'column' && { orient: 'top' }) },
  })
  const text = (field: string, mark: object): object => ({
    mark: { type: 'text', color: light.ink, ...mark },
    encoding: { text: { field, type: 'nominal' } },
  })
  return {
    data: { values },
    encoding: { x: band('column', chart.columnTitle, chart.columns), y: band('row', chart.rowTitle, chart.rows) },
    layer: [
      {
        mark: { type: 'rect', color: light.series[0], cornerRadius: 4 },
        // Never darker than half, so that the ink stays readable in every cell and in both modes.
        encoding: {
          fillOpacity: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 1], range: [0.06, 0.5] },
            legend: null,
          },
        },
      },
      text('count', { fontSize: 20, fontWeight: 600, dy: -7 }),
      text('label', { fontSize: 11, dy: 13 }),
    ],
  }
}
