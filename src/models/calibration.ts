import { sigmoid } from '../statistics/index.ts'

/** Turns a logit into a probability: sigmoid(logit / temperature + shift). */
export interface CalibrationMap {
  readonly kind: 'temperature'
  /** More than 0; 1 changes nothing (Guo et al. 2017). */
  readonly temperature: number
  /** In logits: corrects for a training prevalence that is not the real one. */
  readonly shift: number
}

export const uncalibrated: CalibrationMap = { kind: 'temperature', temperature: 1, shift: 0 }

/** The same bits wherever it is asked: thresholds are compared with it. */
export function calibrated(logit: number, map: CalibrationMap): number {
  return sigmoid(logit / map.temperature + map.shift)
}
