/** The learning rate over a training, as data. */
export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  | {
      readonly kind: 'cosine'
      /** The highest rate. */
      readonly rate: number
      /** Epochs in which the rate rises from zero in a straight line. Default 0. */
      readonly warmUp?: number | undefined
      /** The rate at the end. Default 0. */
      readonly floor?: number | undefined
    }

export interface ScheduleLength {
  readonly steps: number
  readonly epochs: number
}

/**
 * The learning rate of a step. Cosine: floor + (rate − floor)·(1 + cos πt)/2, with t from 0 after the warm-up to 1 at the
 * end (Loshchilov and Hutter, SGDR, ICLR 2017, without restarts).
 *
 * @param step counted over all epochs from 0
 * @param length how long the training would be without early stopping: steps in each epoch, and epochs
 */
export function rateAt(schedule: Schedule, step: number, length: ScheduleLength): number {
  if (schedule.kind === 'constant') return schedule.rate
  const { rate, warmUp = 0, floor = 0 } = schedule
  const rising = Math.round(warmUp * length.steps)
  if (step < rising) return (rate * (step + 1)) / rising
  const falling = Math.max(1, length.steps * length.epochs - rising)
  const passed = Math.min(1, (step - rising) / falling)
  return floor + ((rate - floor) * (1 + Math.cos(Math.PI * passed))) / 2
}
