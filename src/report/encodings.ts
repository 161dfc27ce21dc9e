import type { Axis, Rule } from './chart.ts'
import { light } from './palette.ts'

/** One datum. */
export type Row = Readonly<Record<string, string | number>>

const numberFormats = { count: ',d', percent: '.0%', number: '~g' } as const

export function quantity(field: string, axis: Axis, more: object = {}): object {
  return {
    field,
    type: 'quantitative',
    scale: axis.domain ? { domain: axis.domain, nice: false } : { nice: true, zero: false },
    axis: {
      title: axis.title,
      format: numberFormats[axis.style ?? 'number'],
      tickCount: 6,
      labelOverlap: true,
      ...(axis.style === 'count' && { tickMinStep: 1 }),
    },
    ...more,
  }
}

/** From zero, with a little air above the highest. */
export function fromZero(axis: Axis, highest: number): Axis {
  return { ...axis, domain: axis.domain ?? [0, highest > 0 ? highest * 1.08 : 1] }
}

export function seriesColour(names: readonly string[]): object {
  return {
    field: 'series',
    type: 'nominal',
    sort: null,
    scale: { domain: names, range: names.map((_, i) => light.series[i % light.series.length]) },
    legend: names.length > 1 ? {} : null,
  }
}

export function ruleLayers(rules: readonly Rule[], [low, high]: readonly [number, number]): object[] {
  if (rules.length === 0) return []
  const x = { field: 'x', type: 'quantitative' }
  const rule = { type: 'rule', color: light.ink, strokeDash: [4, 3], strokeWidth: 1.25 }
  const label = (rules: readonly Rule[], align: 'left' | 'right'): object[] => {
    const place = { align, baseline: 'top', dx: align === 'left' ? 6 : -6 }
    return rules.length === 0 ? [] : haloedText(rules, place, { x, y: { value: 0 } })
  }
  // Near the right end a label stands to the left of its line, where it has room.
  const nearEnd = ({ x }: Rule): boolean => x > low + 0.75 * (high - low)
  return [
    { data: { values: rules }, mark: rule, encoding: { x } },
    ...label(
      rules.filter(rule => !nearEnd(rule)),
      'left',
    ),
    ...label(rules.filter(nearEnd), 'right'),
  ]
}

/** A label that stays readable over lines: drawn once broad in the colour of the ground, once in ink. */
export function haloedText(values: readonly object[], place: object, encoding: object): object[] {
  const text = { type: 'text', fontSize: 12, fontWeight: 600, ...place }
  const halo = { color: light.surface, stroke: light.surface, strokeWidth: 5, strokeJoin: 'round' }
  return [halo, { color: light.ink }].map(paint => ({
    data: { values },
    mark: { ...text, ...paint },
    encoding: { ...encoding, text: { field: 'label', type: 'nominal' } },
  }))
}
