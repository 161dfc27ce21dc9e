/** How the numbers of an axis are written: 1,402 · 38% · 0.7. */
export type NumberStyle = 'count' | 'percent' | 'number'

export interface Axis {
  readonly title: string
  /** Both ends; default: what the data needs, from 0 for bars and histograms. */
  readonly domain?: readonly [number, number]
  /** Default `number`. */
  readonly style?: NumberStyle
}

export type Point = readonly [x: number, y: number]

/** A line through points; of any number of points, in the order given. */
export interface LineSeries {
  readonly name: string
  readonly points: readonly Point[]
  /** Drawn as steps, each value holding until the next x. */
  readonly step?: boolean
  readonly dashed?: boolean
}

/** Learning curves, ROC and precision-recall curves, calibration. */
export interface LinesChart {
  readonly kind: 'lines'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly LineSeries[]
  /** The line y = x, to compare with. */
  readonly diagonal?: boolean
  /** Points to point out, such as an operating point. */
  readonly marks?: readonly { readonly x: number; readonly y: number; readonly label: string }[]
  /** Vertical lines to point out, such as the best epoch. */
  readonly rules?: readonly Rule[]
}

export interface Rule {
  readonly x: number
  readonly label: string
}

/** One bar a category, or one a category and series. */
export interface BarsChart {
  readonly kind: 'bars'
  readonly categories: readonly string[]
  readonly value: Axis
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[]
  /** What the categories are, for readers who do not see the picture. */
  readonly categoryTitle?: string
  /** Bars lie by default, so that long names fit. */
  readonly upright?: boolean
}

/** Counts between edges; several series lie over each other. `counts` is one shorter than `edges`. */
export interface HistogramChart {
  readonly kind: 'histogram'
  readonly x: Axis
  readonly y: Axis
  readonly edges: readonly number[]
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
  readonly rules?: readonly Rule[]
}

/** Densities: the space under each line is filled lightly. */
export interface AreaChart {
  readonly kind: 'area'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[]
}

/** Counts of rows against columns (a confusion matrix), shaded by their share of the row. */
export interface MatrixChart {
  readonly kind: 'matrix'
  readonly rowTitle: string
  readonly columnTitle: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly values: readonly (readonly number[])[]
}

/** Estimates with their intervals, one below the other. */
export interface IntervalsChart {
  readonly kind: 'intervals'
  readonly value: Axis
  readonly rows: readonly {
    readonly name: string
    readonly value: number
    readonly low: number
    readonly high: number
  }[]
  /** Vertical lines to point out, such as no difference. */
  readonly rules?: readonly Rule[]
}

export type Chart = LinesChart | BarsChart | HistogramChart | AreaChart | MatrixChart | IntervalsChart
