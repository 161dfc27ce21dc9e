import type { LinesChart } from './chart.ts'
import { haloedText, quantity, type Row, ruleLayers, seriesColour } from './encodings.ts'
import { light } from './palette.ts'

export function linesLayers(chart: LinesChart): object[] {
  const names = chart.series.map(series => series.name)
  const lines = [false, true].map(step => ({
    data: {
      values: chart.series
        .filter(series => (series.step ?? false) === step)
        .flatMap(series => series.points.map(([x, y], order): Row => ({ series: series.name, x, y, order }))),
    },
    mark: { type: 'line', strokeWidth: 2.25, strokeJoin: 'round', interpolate: step ? 'step-after' : 'linear' },
    encoding: {
      x: quantity('x', chart.x),
      y: quantity('y', chart.y),
      order: { field: 'order', type: 'quantitative' },
      color: seriesColour(names),
      strokeDash: {
        field: 'series',
        type: 'nominal',
        scale: { domain: names, range: chart.series.map(series => (series.dashed ? [5, 4] : [1, 0])) },
        legend: null,
      },
    },
  }))
  return [
    ...(chart.diagonal ? [diagonal(chart)] : []),
    ...lines.filter(layer => layer.data.values.length > 0),
    ...ruleLayers(chart.rules ?? [], chart.x.domain ?? endsOf(chart)),
    ...markLayers(chart),
  ]
}

function diagonal(chart: LinesChart): object {
  const [low, high] = chart.x.domain ?? [0, 1]
  return {
    data: { values: [low, high].map(at => ({ x: at, y: at })) },
    mark: { type: 'line', color: light.line, strokeDash: [3, 4], strokeWidth: 1.5 },
    encoding: { x: quantity('x', chart.x), y: quantity('y', chart.y) },
  }
}

function markLayers(chart: LinesChart): object[] {
  if (!chart.marks?.length) return []
  const encoding = { x: quantity('x', chart.x), y: quantity('y', chart.y) }
  const middle = chart.x.domain ? (chart.x.domain[0] + chart.x.domain[1]) / 2 : Number.POSITIVE_INFINITY
  return [true, false].flatMap(toTheRight => {
    const values = chart.marks!.filter(mark => mark.x <= middle === toTheRight)
    if (values.length === 0) return []
    const label = toTheRight ? { align: 'left', dx: 10 } : { align: 'right', dx: -10 }
    return [
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 70, opacity: 1, color: light.ink },
        encoding,
      },
      ...haloedText(values, { baseline: 'top', dy: 6, ...label }, encoding),
    ]
  })
}

function endsOf(chart: LinesChart): [number, number] {
  const at = chart.series.flatMap(series => series.points.map(([x]) => x))
  return [Math.min(...at), Math.max(...at)]
}
