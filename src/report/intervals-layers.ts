import type { IntervalsChart } from './chart.ts'
import { quantity, ruleLayers } from './encodings.ts'
import { light } from './palette.ts'

/** A dot with a bar through it for each row. */
export function intervalsLayers(chart: IntervalsChart): object {
  const names = chart.rows.map(({ name }) => name)
  const y = {
    field: 'name',
    type: 'nominal',
    sort: null,
    // Above the first row there is room for what a rule is called.
    scale: { domain: names, paddingInner: 0.3, paddingOuter: chart.rules === undefined ? 0.3 : 0.8 },
    axis: { title: null, grid: false, domain: false, ticks: false, labelColor: light.ink },
  }
  const data = { values: chart.rows }
  const x = quantity('low', chart.value)
  const colour = light.series[0]
  return {
    layer: [
      ...ruleLayers(chart.rules ?? [], domainOf(chart)),
      { data, mark: { type: 'rule', color: colour, strokeWidth: 2.25 }, encoding: { y, x, x2: { field: 'high' } } },
      {
        data,
        mark: { type: 'point', filled: true, size: 80, opacity: 1, color: colour },
        encoding: { y, x: quantity('value', chart.value) },
      },
    ],
  }
}

/** From the least to the most that is shown, rules included. */
export function domainOf({ value, rows, rules = [] }: IntervalsChart): readonly [number, number] {
  if (value.domain !== undefined) return value.domain
  const at = [...rows.flatMap(({ low, high }) => [low, high]), ...rules.map(({ x }) => x)]
  return [Math.min(...at), Math.max(...at)]
}
