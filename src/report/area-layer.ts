import type { AreaChart } from './chart.ts'
import { fromZero, quantity, type Row, seriesColour } from './encodings.ts'

export function areaLayer(chart: AreaChart): object {
  const names = chart.series.map(series => series.name)
  const values = chart.series.flatMap(series => series.points.map(([x, y]): Row => ({ series: series.name, x, y })))
  const highest = Math.max(0, ...values.map(row => Number(row['y'])))
  return {
    data: { values },
    mark: { type: 'area', fillOpacity: 0.22, line: { strokeWidth: 2.25 } },
    encoding: {
      x: quantity('x', chart.x),
      y: quantity('y', fromZero(chart.y, highest), { stack: null }),
      color: seriesColour(names),
    },
  }
}
