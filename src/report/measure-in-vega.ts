import type { MeasureText } from './fonts.ts'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: number | string
}

declare module 'vega' {
  /** How vega measures text; exported by vega, missing in its types. */
  const textMetrics: { width: (item: TextItem, text: unknown) => number }
}

/** Without a canvas vega guesses text widths 40 % too wide; the shipped font's own widths make labels fit. */
export function measureInVega(vega: typeof import('vega'), measure: MeasureText): void {
  vega.textMetrics.width = (item, text) =>
    measure(String(text ?? ''), item.fontSize ?? 11, isBold(item.fontWeight) ? 'SemiBold' : 'Regular')
}

function isBold(weight: number | string | undefined): boolean {
  return weight === 'bold' || Number(weight ?? 400) >= 600
}
