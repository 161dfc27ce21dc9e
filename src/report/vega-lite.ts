import type { TopLevelSpec } from 'vega-lite'
import { areaLayer } from './area-layer.ts'
import { barsLayers } from './bars-layers.ts'
import type { Chart } from './chart.ts'
import { fontFamily } from './fonts.ts'
import { histogramLayers } from './histogram-layers.ts'
import { intervalsLayers } from './intervals-layers.ts'
import { linesLayers } from './lines-layers.ts'
import { matrixLayers } from './matrix-layers.ts'
import { light } from './palette.ts'

export interface ChartSize {
  /** Outer size in pixels, labels included; default 640 × 320. */
  readonly width?: number
  readonly height?: number
}

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
  // The layers are checked by drawing them in the tests: vega-lite's own types are too deep to be inferred from parts.
  return { ...frame, ...contentOf(chart) } as TopLevelSpec
}

function contentOf(chart: Chart): object {
  switch (chart.kind) {
    case 'lines':
      return { layer: linesLayers(chart) }
    case 'bars':
      return barsLayers(chart)
    case 'histogram':
      return { layer: histogramLayers(chart) }
    case 'area':
      return areaLayer(chart)
    case 'matrix':
      return matrixLayers(chart)
    case 'intervals':
      return intervalsLayers(chart)
    default:
      return chart satisfies never
  }
}

/** As high as its content asks for: lying bars grow with their number. */
export function chartHeight(chart: Chart): number {
  if (chart.kind === 'lines' && chart.diagonal) return 400
  if (chart.kind === 'intervals') return 90 + 30 * chart.rows.length
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
