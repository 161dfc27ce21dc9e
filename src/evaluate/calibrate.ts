import type { CalibrationMap } from '../models/index.ts'
import { calibrationLine, temperatureScaling } from '../statistics/index.ts'
import { requireBothClasses } from './both-classes.ts'

/**
 * The calibration that fits validation films: first the temperature (Guo et al. 2017), then the shift with which the mean
 * probability equals the share of positives. The shift matters where training was balanced and validation is not.
 *
 * @throws Problem when validation has one class only
 */
export function calibrate(logits: ArrayLike<number>, labels: ArrayLike<number>): CalibrationMap {
  requireBothClasses('calibrate the model', 'the validation part', labels, { next: 'chestnut prepare --seed 2' })
  const temperature = temperatureScaling(logits, labels)
  const cooled = Float64Array.from(logits, z => z / temperature)
  return { kind: 'temperature', temperature, shift: calibrationLine(cooled, labels).intercept }
}
