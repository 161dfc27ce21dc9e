import type { CalibrationMap } from '../models/index.ts'
import { calibrationIntercept, firthLine, isotonicPooling, logit } from '../statistics/index.ts'

/** Fits a map to films of which each counts so often; default: once. */
export type MapFit<Map extends CalibrationMap = CalibrationMap> = (weights?: ArrayLike<number>) => Map

type Temperature = Extract<CalibrationMap, { readonly kind: 'temperature' }>

/** Temperatures outside are not believed: they come from a handful of films that happen to be told apart, or not at all. */
const coldest = 0.05
const hottest = 20

/** A temperature and a shift, together: the line of Platt (1999) with Firth's penalty for few films. */
export function temperatureFit(logits: ArrayLike<number>, labels: ArrayLike<number>): MapFit<Temperature> {
  const line = firthLine(logits, labels)
  return weights => {
    const { slope, intercept } = line(weights)
    if (slope >= 1 / hottest && slope <= 1 / coldest) {
      return { kind: 'temperature', temperature: 1 / slope, shift: intercept }
    }
    const temperature = slope > 1 / coldest ? coldest : hottest
    const cooled = Float64Array.from(logits, z => z / temperature)
    return { kind: 'temperature', temperature, shift: calibrationIntercept(cooled, labels, weights) }
  }
}

/**
 * Centred isotonic regression (Oron and Flournoy 2017): each block of the isotonic regression becomes one knot at its mean score, so
 * that films within a block keep their order. Two films are added, one with the finding at the lowest score and one without at the
 * highest, which keeps every knot away from 0 and 1 as the rule of succession does: a block of n films without the finding at the
 * lower end stands for a share of 1/(n + 1). Beyond the outermost knots the line of the temperature goes on.
 */
export function isotonicFit(logits: ArrayLike<number>, labels: ArrayLike<number>): MapFit {
  const { low, high } = rangeOf(logits)
  const scores = [...Array.from(logits), low, high]
  const targets = [...Array.from(labels), 1, 0]
  const pool = isotonicPooling(scores, targets)
  const line = temperatureFit(logits, labels)
  return weights => {
    const blocks = pool(weights && [...Array.from(weights), 1, 1])
    const at = blocks.map(({ centre }) => centre)
    const values = blocks.map(({ value }) => logit(value))
    const { temperature } = line(weights)
    return {
      kind: 'isotonic',
      logits: [at[0]! - temperature, ...at, at.at(-1)! + temperature],
      values: [values[0]! - 1, ...values, values.at(-1)! + 1],
    }
  }
}

export function rangeOf(values: ArrayLike<number>): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return { low, high }
}
