import type { NumberStyle } from './chart.ts'

/** 1402 → `1,402`. */
export function countText(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A number as a person reads it: whole ones grouped, others with three digits that count. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Number.isInteger(value)) return countText(value)
  return Math.abs(value) >= 100 ? countText(Math.round(value)) : String(Number(value.toPrecision(3)))
}

export function percentText(share: number, digits = 0): string {
  return Number.isFinite(share) ? `${Number((100 * share).toFixed(digits))}%` : '–'
}

export function styledText(value: number, style: NumberStyle | undefined): string {
  return style === 'percent' ? percentText(value, 1) : numberText(value)
}
