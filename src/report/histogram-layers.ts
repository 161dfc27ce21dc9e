import type { Axis, HistogramChart } from './chart.ts'
import { fromZero, quantity, type Row, ruleLayers, seriesColour } from './encodings.ts'

export function histogramLayers(chart: HistogramChart): object[] {
  const names = chart.series.map(series => series.name)
  const highest = Math.max(0, ...chart.series.flatMap(series => series.counts))
  const ends: [number, number] = [chart.edges[0] ?? 0, chart.edges.at(-1) ?? 1]
  const x = { ...chart.x, domain: chart.x.domain ?? ends }
  const encoding = { y: quantity('count', fromZero(chart.y, highest), { stack: null }), color: seriesColour(names) }
  const layer = names.length > 1 ? outlines(chart, x, encoding) : columns(chart, x, encoding)
  return [layer, ...ruleLayers(chart.rules ?? [], x.domain)]
}

function columns(chart: HistogramChart, x: Axis, encoding: object): object {
  const values = chart.series.flatMap(({ name, counts }) =>
    counts.map((count, i): Row => ({ series: name, from: chart.edges[i]!, to: chart.edges[i + 1]!, count })),
  )
  return {
    data: { values },
    mark: { type: 'bar', binSpacing: 1.5, cornerRadiusEnd: 1.5 },
    encoding: { ...encoding, x: quantity('from', x, { bin: 'binned' }), x2: { field: 'to' } },
  }
}

/** Several series over each other: lightly filled steps, since full bars would hide one another. */
function outlines(chart: HistogramChart, x: Axis, encoding: object): object {
  const values = chart.series.flatMap(({ name, counts }) =>
    chart.edges.map((edge, i): Row => ({ series: name, from: edge, count: counts[i] ?? counts.at(-1) ?? 0 })),
  )
  return {
    data: { values },
    mark: { type: 'area', interpolate: 'step-after', fillOpacity: 0.2, line: { strokeWidth: 2 } },
    encoding: { ...encoding, x: quantity('from', x) },
  }
}
