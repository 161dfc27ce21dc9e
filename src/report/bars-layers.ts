import type { Axis, BarsChart } from './chart.ts'
import { quantity, type Row, seriesColour } from './encodings.ts'
import { styledText } from './numbers.ts'
import { light } from './palette.ts'

export function barsLayers(chart: BarsChart): object {
  const names = chart.series.map(series => series.name)
  const values = chart.series.flatMap(series =>
    series.values.map(
      (value, i): Row => ({
        series: series.name,
        category: chart.categories[i] ?? '',
        value,
        label: styledText(value, chart.value.style),
      }),
    ),
  )
  const highest = Math.max(0, ...values.map(row => Number(row['value'])))
  const air = chart.upright ? 1.08 : 1
  const axis: Axis = { ...chart.value, domain: chart.value.domain ?? [0, highest > 0 ? highest * air : 1] }
  const category = {
    field: 'category',
    type: 'nominal',
    sort: null,
    scale: { domain: [...new Set(chart.categories)], paddingInner: 0.28, paddingOuter: 0.1 },
    axis: { title: null, grid: false, domain: false, ticks: false, labelColor: light.ink, labelAngle: 0 },
  }
  const offset =
    names.length > 1 ? { field: 'series', type: 'nominal', sort: null, scale: { domain: names } } : undefined
  const value = quantity('value', axis)
  const place = chart.upright
    ? { x: category, y: value, ...(offset && { xOffset: offset }) }
    : { y: category, x: { ...value, axis: null }, ...(offset && { yOffset: offset }) }
  // Beside lying bars room is kept for the longest label, at about seven pixels a letter.
  const room = 16 + 7 * Math.max(0, ...values.map(row => String(row['label']).length))
  const text = chart.upright ? { baseline: 'bottom', dy: -4 } : { align: 'left', dx: 6 }
  return {
    ...(chart.upright ? {} : { padding: { left: 4, top: 6, right: room, bottom: 4 } }),
    data: { values },
    encoding: place,
    layer: [
      { mark: { type: 'bar', cornerRadiusEnd: 2 }, encoding: { color: seriesColour(names) } },
      {
        mark: { type: 'text', fontSize: names.length > 1 ? 11 : 12, color: light.soft, ...text },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  }
}
