import { outward, type Side, sides } from './anatomy.ts'
import type { Canvas } from './canvas.ts'
import type { Chest } from './chest.ts'
import { look, ramp } from './curves.ts'
import { type StrokePoint, stroke, tube } from './stroke.ts'

const pairs = 10
const steps = 22

/** Ten pairs of ribs: behind from the spine out and down, in front from the side inwards and down, fainter. */
export function drawRibs(on: Canvas, chest: Chest): void {
  for (const side of sides) {
    for (let pair = 0; pair < pairs; pair++) {
      stroke(on, posterior(chest, side, pair), tube)
      if (pair > 0 && pair < 7) stroke(on, anterior(chest, side, pair), tube)
    }
  }
}

interface RibPlace {
  /** Where it leaves the spine. */
  readonly start: number
  /** Where it meets the side of the chest. */
  readonly flank: number
  readonly reach: number
  readonly amount: number
}

function ribPlace(chest: Chest, pair: number): RibPlace {
  const { apex, ribSpacing, ribSlope, bone } = chest.anatomy
  const start = apex - 0.035 + ribSpacing * pair * (0.86 + 0.016 * pair)
  const drop = (0.05 + 0.012 * Math.min(pair, 8)) * ribSlope
  const flank = start + drop + 0.02
  // The first ribs are short and steep; the cage's own width takes over below.
  const reach = Math.max(0.1 + 0.035 * pair, look(chest.cageHalf, flank) * 1.012)
  return { start, flank, reach: Math.min(reach, chest.anatomy.chestHalf), amount: 0.088 * bone * (1 - 0.03 * pair) }
}

function posterior(chest: Chest, side: Side, pair: number): readonly StrokePoint[] {
  const { start, flank, reach, amount } = ribPlace(chest, pair)
  const { ribRadius } = chest.anatomy
  return Array.from({ length: steps + 1 }, (_, i) => {
    const part = i / steps
    const turn = part * Math.PI * 0.53
    const out = 0.03 + (reach - 0.03) * Math.sin(Math.min(turn, Math.PI / 2)) ** 0.9
    const lift = 0.012 * Math.sin(Math.min(1, part * 1.6) * Math.PI)
    return {
      x: chest.middle + out * outward(side),
      y: start - lift + (flank - start) * (1 - Math.cos(turn)) ** 1.1,
      radius: ribRadius * (0.9 + 0.15 * part),
      amount: amount * (0.85 + 0.5 * ramp(0.8, 1, part)),
    }
  })
}

function anterior(chest: Chest, side: Side, pair: number): readonly StrokePoint[] {
  const { flank, reach, amount } = ribPlace(chest, pair)
  const { ribRadius, ribSlope } = chest.anatomy
  const end = 0.3 - 0.012 * pair
  return Array.from({ length: steps + 1 }, (_, i) => {
    const part = i / steps
    const out = reach * (1 - (1 - end) * part ** 1.25)
    return {
      x: chest.middle + chest.acquisition.turn + out * outward(side),
      y: flank + 0.015 + (0.085 * ribSlope + 0.035) * part ** 0.75,
      radius: ribRadius * (1.05 + 0.15 * part),
      // The front ends in cartilage, which does not show.
      amount: amount * 0.5 * ramp(1, 0.7, part),
    }
  })
}
