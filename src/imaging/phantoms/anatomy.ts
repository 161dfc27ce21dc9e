import { type Random, random } from '../../core/index.ts'
import { around, between, chance } from './draws.ts'

export type Side = 'right' | 'left'

/** The patient's right side is on the film's left. */
export const sides: readonly Side[] = ['right', 'left']

/** −1 for the patient's right side (the film's left), 1 for the left one. */
export function outward(side: Side): -1 | 1 {
  return side === 'right' ? -1 : 1
}

/** What stays the same from one film of a patient to the next. Lengths are parts of the film's side. */
export interface Anatomy {
  readonly age: number
  readonly sex: 'M' | 'F'
  /** Seeds everything else that is drawn of this patient. */
  readonly seed: number
  /** 0 lean to 1 heavy. */
  readonly weight: number
  readonly chestHalf: number
  /** Where the lungs' tops are. */
  readonly apex: number
  /** Where the lungs' lower corners are after a deep breath. */
  readonly base: number
  readonly heartSize: number
  readonly aorta: number
  readonly ribRadius: number
  readonly ribSpacing: number
  readonly ribSlope: number
  /** 0 soft to 1 hard: the old have less lime in their bones. */
  readonly bone: number
  readonly vessels: number
  /** Parts of the film's side; 0 where there are none to be seen. */
  readonly breast: number
  readonly nipples: boolean
  readonly rightDomeHigher: number
  readonly stomachGas: number
}

/** The body of patient number `patient` of a cohort. */
export function drawAnatomy(seed: number, patient: number): Anatomy {
  const draw = random(seed, 'patient', patient)
  const sex = chance(draw, 0.56) ? 'M' : 'F'
  const age = Math.round(Math.min(94, Math.max(4, around(draw, 47, 19))))
  const child = Math.max(0, 1 - age / 16)
  const weight = draw.uniform() ** 1.3
  return {
    age,
    sex,
    seed: draw.integer(2 ** 31),
    weight,
    chestHalf: around(draw, sex === 'M' ? 0.355 : 0.335, 0.014) - 0.03 * child,
    apex: around(draw, 0.115, 0.018),
    base: around(draw, sex === 'M' ? 0.83 : 0.8, 0.025) - 0.04 * child,
    heartSize: around(draw, 1, 0.07) + 0.0016 * Math.max(0, age - 45) + 0.08 * child,
    aorta: around(draw, 0.6, 0.2) + 0.006 * (age - 45),
    ribRadius: around(draw, 0.0125, 0.0012),
    ribSpacing: around(draw, 0.069, 0.003),
    ribSlope: around(draw, 1, 0.15),
    bone: around(draw, 1, 0.12) - 0.004 * Math.max(0, age - 55) - 0.25 * child,
    vessels: around(draw, 1, 0.18),
    breast: sex === 'F' && age > 13 ? between(draw, 0.11, 0.15) + 0.05 * weight : 0,
    nipples: chance(draw, 0.12),
    rightDomeHigher: around(draw, 0.022, 0.012),
    stomachGas: chance(draw, 0.7) ? between(draw, 0.4, 1) : 0,
  }
}

/** Draws that belong to a patient and a purpose, the same on every film. */
export function patientDraw({ seed }: Anatomy, purpose: string): Random {
  return random(seed, purpose)
}
