import type { TopLevelSpec } from 'vega-lite'
import type { AreaChart, Axis, BarsChart, Chart, HistogramChart, LinesChart, MatrixChart, Rule } from './chart.ts'
import { fontFamily } from './fonts.ts'
import { percentText, styledText } from './numbers.ts'
import { light } from './palette.ts'

export interface ChartSize {
  /** Outer size in pixels, labels included; default 640 × 320. */
  readonly width?: number
  readonly height?: number
}

type Row = Readonly<Record<string, string | number>>

/** The chart as a vega-lite specification: plain JSON that other tools draw as well. */
export function vegaLite(chart: Chart, size: ChartSize = {}): TopLevelSpec {
  const frame = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: size.width ?? 640,
    height: size.height ?? chartHeight(chart),
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: 4, top: 6, right: 10, bottom: 4 },
    background: 'transparent',
    config,
  } as const
  switch (chart.kind) {
    case 'lines':
      return { ...frame, layer: linesLayers(chart) } as TopLevelSpec
    case 'bars':
      return { ...frame, ...barsLayers(chart) } as TopLevelSpec
    case 'histogram':
      return { ...frame, layer: histogramLayers(chart) } as TopLevelSpec
    case 'area':
      return { ...frame, ...areaMark(chart) } as TopLevelSpec
    case 'matrix':
      return { ...frame, ...matrixLayers(chart) } as TopLevelSpec
    default:
      return chart satisfies never
  }
}

/** As high as its content asks for: lying bars grow with their number. */
function chartHeight(chart: Chart): number {
  if (chart.kind !== 'bars' || chart.upright) return 320
  const bars = chart.categories.length * chart.series.length
  return 60 + (chart.series.length > 1 ? 26 : 0) + Math.max(bars * (chart.series.length > 1 ? 16 : 25), 60)
}

const config = {
  aria: false,
  font: fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: light.soft,
    labelFontSize: 12,
    labelPadding: 6,
    labelLimit: 220,
    titleColor: light.soft,
    titleFontSize: 12,
    titleFontWeight: 400,
    titlePadding: 10,
    gridColor: light.grid,
    domainColor: light.line,
    tickColor: light.line,
    tickSize: 4,
  },
  axisY: { domain: false, ticks: false },
  axisX: { grid: false },
  legend: {
    orient: 'top',
    direction: 'horizontal',
    title: null,
    labelColor: light.ink,
    labelFontSize: 12,
    labelLimit: 260,
    columnPadding: 18,
    offset: 12,
    symbolStrokeWidth: 2.5,
  },
} as const

const numberFormats = { count: ',d', percent: '.0%', number: '~g' } as const

function quantity(field: string, axis: Axis, more: object = {}): object {
  return {
    field,
    type: 'quantitative',
    scale: axis.domain ? { domain: axis.domain, nice: false } : { nice: true, zero: false },
    axis: { title: axis.title, format: numberFormats[axis.style ?? 'number'], tickCount: 6, labelOverlap: true },
    ...more,
  }
}

/** From zero, with a little air above the highest. */
function fromZero(axis: Axis, highest: number): Axis {
  return { ...axis, domain: axis.domain ?? [0, highest > 0 ? highest * 1.08 : 1] }
}

function seriesColour(names: readonly string[]): object {
  return {
    field: 'series',
    type: 'nominal',
    sort: null,
    scale: { domain: names, range: names.map((_, i) => light.series[i % light.series.length]) },
    legend: names.length > 1 ? {} : null,
  }
}

function linesLayers(chart: LinesChart): object[] {
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
    ...ruleLayers(chart.rules ?? []),
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
      {
        data: { values },
        mark: { type: 'text', baseline: 'top', dy: 6, fontSize: 12, fontWeight: 600, color: light.ink, ...label },
        encoding: { ...encoding, text: { field: 'label', type: 'nominal' } },
      },
    ]
  })
}

function ruleLayers(rules: readonly Rule[]): object[] {
  if (rules.length === 0) return []
  const data = { values: rules }
  const x = { field: 'x', type: 'quantitative' }
  return [
    { data, mark: { type: 'rule', color: light.ink, strokeDash: [4, 3], strokeWidth: 1.25 }, encoding: { x } },
    {
      data,
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 6, fontSize: 12, fontWeight: 600, color: light.ink },
      encoding: { x, y: { value: 0 }, text: { field: 'label', type: 'nominal' } },
    },
  ]
}

function barsLayers(chart: BarsChart): object {
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
  const air = chart.upright ? 1.08 : 1.15
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
  const text = chart.upright ? { baseline: 'bottom', dy: -4 } : { align: 'left', dx: 6 }
  return {
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

function histogramLayers(chart: HistogramChart): object[] {
  const names = chart.series.map(series => series.name)
  const values = chart.series.flatMap(series =>
    series.counts.map(
      (count, i): Row => ({ series: series.name, from: chart.edges[i]!, to: chart.edges[i + 1]!, count }),
    ),
  )
  const highest = Math.max(0, ...values.map(row => Number(row['count'])))
  const ends: [number, number] = [chart.edges[0] ?? 0, chart.edges.at(-1) ?? 1]
  return [
    {
      data: { values },
      mark: { type: 'bar', opacity: names.length > 1 ? 0.6 : 0.9, binSpacing: 1 },
      encoding: {
        x: quantity('from', { ...chart.x, domain: chart.x.domain ?? ends }, { bin: 'binned' }),
        x2: { field: 'to' },
        y: quantity('count', fromZero(chart.y, highest), { stack: null }),
        color: seriesColour(names),
      },
    },
    ...ruleLayers(chart.rules ?? []),
  ]
}

function areaMark(chart: AreaChart): object {
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

function matrixLayers(chart: MatrixChart): object {
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
