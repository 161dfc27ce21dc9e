import { plateausOf } from './plateaus.ts'

/** The learning rate over a training, as data. */
export type Schedule = Constant | Cosine | Linear | StepDown | Exponential | OneCycle | Plateau

interface Rising {
  /** The highest rate. */
  readonly rate: number
  /** Epochs in which the rate rises from zero in a straight line, before anything else. Default 0. */
  readonly warmUp?: number | undefined
}

export interface Constant extends Rising {
  readonly kind: 'constant'
}

/** Half a cosine down to the floor at the end (Loshchilov and Hutter, SGDR, ICLR 2017, without restarts). */
export interface Cosine extends Rising {
  readonly kind: 'cosine'
  /** The rate at the end. Default 0. */
  readonly floor?: number | undefined
}

/** A straight line down to the floor at the end. */
export interface Linear extends Rising {
  readonly kind: 'linear'
  /** The rate at the end. Default 0. */
  readonly floor?: number | undefined
}

/** Multiplied by a factor every so many epochs. */
export interface StepDown extends Rising {
  readonly kind: 'step'
  /** Epochs after the warm-up between two steps. */
  readonly every: number
  /** Default 0.1. */
  readonly factor?: number | undefined
}

/** Multiplied by a factor in each epoch, a little at each step. */
export interface Exponential extends Rising {
  readonly kind: 'exponential'
  /** In an epoch, from above 0 to 1. */
  readonly factor: number
}

/** One rise and one long fall, both half a cosine (Smith and Topin 2019; defaults and formula of PyTorch's OneCycleLR). */
export interface OneCycle {
  readonly kind: 'one-cycle'
  /** The highest rate. */
  readonly rate: number
  /** Share of all steps in which the rate rises. Default 0.3. */
  readonly rise?: number | undefined
  /** The first rate is so many times lower than the highest. Default 25. */
  readonly startBelow?: number | undefined
  /** The last rate is so many times lower than the first. Default 10,000. */
  readonly endBelow?: number | undefined
}

/**
 * Multiplied by a factor whenever the validation loss has not fallen for some epochs (PyTorch's ReduceLROnPlateau, whose default
 * threshold it has: a fall by less than a 10,000th is none). The losses alone decide, so nothing has to be kept besides them.
 */
export interface Plateau extends Rising {
  readonly kind: 'plateau'
  /** Default 0.1. */
  readonly factor?: number | undefined
  /** Epochs without a fall that are waited out; the one after them lowers the rate. Default 3. */
  readonly patience?: number | undefined
  /** The rate never falls below. Default 0. */
  readonly floor?: number | undefined
}

/** How long the training would be without early stopping, and how it has gone. */
export interface ScheduleCourse {
  /** Steps in each epoch. */
  readonly steps: number
  readonly epochs: number
  /** The validation loss after each epoch before this one. */
  readonly losses: readonly number[]
}

/**
 * The learning rate of a step.
 *
 * @param step counted over all epochs from 0
 */
export function rateAt(schedule: Schedule, step: number, course: ScheduleCourse): number {
  if (schedule.kind === 'one-cycle') return oneCycle(schedule, step, course)
  const { rate, warmUp = 0 } = schedule
  const rising = Math.round(warmUp * course.steps)
  if (step < rising) return (rate * (step + 1)) / rising
  const falling = Math.max(1, course.steps * course.epochs - rising)
  const passed = { share: Math.min(1, (step - rising) / falling), epochs: (step - rising) / course.steps }
  switch (schedule.kind) {
    case 'constant':
      return rate
    case 'cosine':
      return between(rate, schedule.floor ?? 0, halfCosine(passed.share))
    case 'linear':
      return between(rate, schedule.floor ?? 0, passed.share)
    case 'step':
      // A step that should fall on a whole epoch must not miss it by rounding.
      return rate * (schedule.factor ?? 0.1) ** Math.floor(passed.epochs / schedule.every + 1e-9)
    case 'exponential':
      return rate * schedule.factor ** passed.epochs
    case 'plateau':
      return plateau(schedule, course.losses)
  }
}

/** From a at 0 to b at 1. */
function between(a: number, b: number, place: number): number {
  return a + (b - a) * place
}

/** From 0 to 1, level at both ends. */
function halfCosine(share: number): number {
  return (1 - Math.cos(Math.PI * share)) / 2
}

function oneCycle(schedule: OneCycle, step: number, { steps, epochs }: ScheduleCourse): number {
  const { rate, rise = 0.3, startBelow = 25, endBelow = 1e4 } = schedule
  const first = rate / startBelow
  const last = steps * epochs - 1
  const top = rise * steps * epochs - 1
  if (step <= top && top > 0) return between(first, rate, halfCosine(step / top))
  return between(rate, first / endBelow, halfCosine(Math.min(1, (step - top) / Math.max(1, last - top))))
}

function plateau({ rate, factor = 0.1, patience = 3, floor = 0 }: Plateau, losses: readonly number[]): number {
  return Math.max(Math.min(rate, floor), rate * factor ** plateausOf(losses, patience))
}
