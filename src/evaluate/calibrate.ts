import type { Calibration, CalibrationMap } from '../models/index.ts'
import { calibrationLine, temperatureScaling } from '../statistics/index.ts'
import type { CalibrateOptions, LabelScores } from './calibrate-label.ts'

export function calibrate({ logits, labels, patients }: LabelScores, options: CalibrateOptions): Calibration {
  const temperature = temperatureScaling(logits, labels)
  const cooled = Float64Array.from(logits, z => z / temperature)
  void patients
  void options
  return { map: { kind: 'temperature', temperature, shift: calibrationLine(cooled, labels).intercept } }
}

/** A map with something added to every calibrated logit. */
export function shiftedMap(map: CalibrationMap, shift: number): CalibrationMap {
  return map.kind === 'temperature'
    ? { ...map, shift: map.shift + shift }
    : { ...map, values: map.values.map(value => value + shift) }
}
