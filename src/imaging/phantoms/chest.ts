import type { Acquisition } from './acquisition.ts'
import { type Anatomy, outward, type Side } from './anatomy.ts'
import { look, mix, ramp, softMin, type Table, tabulate } from './curves.ts'

/** The outlines of one patient on one film, in the body's own upright frame. Tables, since every pixel asks them. */
export interface Chest {
  readonly anatomy: Anatomy
  readonly acquisition: Acquisition
  /** Where the spine is, and where what stands before it has moved by the patient's turn. */
  readonly middle: number
  readonly front: number
  /** Half of the body's width at a height. */
  readonly bodyHalf: Table
  /** Half of the rib cage's inner width at a height. */
  readonly cageHalf: Table
  /** Half of the width of what stands between the lungs. */
  readonly mediastinum: Table
  /** Height of the diaphragm at a distance from the middle. */
  readonly domes: Readonly<Record<Side, Table>>
  /** Height of the lungs' lower corners. */
  readonly corner: number
}

/** @param flat how flat the diaphragm lies, 0 as it should, to 1 */
export function chest(anatomy: Anatomy, acquisition: Acquisition, flat = 0): Chest {
  const { apex, base, chestHalf, weight, rightDomeHigher } = anatomy
  const corner = apex + (base - apex) * acquisition.breath
  const middle = 0.5
  const height = 0.115 * (1 - flat)
  const domeTop = { right: corner - height, left: corner - height + rightDomeHigher * (1 - flat) }
  const domes = {
    right: tabulate(distance => domeAt(distance, chestHalf, domeTop.right, corner)),
    left: tabulate(distance => domeAt(distance, chestHalf, domeTop.left, corner)),
  }
  return {
    anatomy,
    acquisition,
    middle,
    front: middle + acquisition.turn,
    bodyHalf: tabulate(y => bodyAt(y, apex, chestHalf, weight)),
    cageHalf: tabulate(y => cageAt(y, apex, base, chestHalf)),
    mediastinum: tabulate(y => mediastinumAt(y, apex, corner)),
    domes,
    corner,
  }
}

/** Neck, slope of the shoulders, trunk. */
function bodyAt(y: number, apex: number, chestHalf: number, weight: number): number {
  const neck = 0.115 + 0.03 * weight
  const shoulder = chestHalf + 0.2
  const trunk = chestHalf + 0.085 + 0.1 * weight
  const sloped = mix(neck, shoulder, ramp(apex - 0.14, apex + 0.07, y) ** 0.8)
  return mix(sloped, trunk, ramp(apex + 0.12, apex + 0.34, y))
}

function cageAt(y: number, apex: number, base: number, chestHalf: number): number {
  const t = (y - apex) / (base - apex)
  if (t <= 0) return 0
  if (t >= 1) return chestHalf * 0.985
  const bell = Math.sqrt(1 - (1 - t) ** 3.1)
  return chestHalf * bell * (1 - 0.015 * ramp(0.75, 1, t))
}

function mediastinumAt(y: number, apex: number, corner: number): number {
  const t = (y - apex) / (corner - apex)
  return mix(mix(0.075, 0.052, ramp(-0.05, 0.2, t)), 0.04, ramp(0.4, 0.9, t))
}

/** Highest a little inside the middle of a lung, deepest at the outer corner. */
function domeAt(distance: number, chestHalf: number, top: number, corner: number): number {
  const summit = chestHalf * 0.5
  const half = distance > summit ? chestHalf - summit : summit
  const away = Math.min(1, Math.abs(distance - summit) / half)
  return top + (distance > summit ? corner + 0.01 - top : 0.055) * away ** 2.3
}

/** How deep a place lies inside a lung: above 0 inside, in parts of the film. */
export function lungDepth(of: Chest, side: Side, x: number, y: number): number {
  const distance = (x - of.middle) * outward(side)
  if (distance < 0) return -1
  const outer = look(of.cageHalf, y) - distance
  const inner = distance - look(of.mediastinum, y) - of.acquisition.turn * outward(side)
  const above = look(of.domes[side], distance) - y
  return softMin(softMin(outer, inner, 0.03), above, 0.008)
}

/** Height of the diaphragm above a place. */
export function domeOver(of: Chest, x: number): number {
  return x < of.middle ? look(of.domes.right, of.middle - x) : look(of.domes.left, x - of.middle)
}
