import { type Random, random } from '../../core/index.ts'
import type { Acquisition } from './acquisition.ts'
import { type Anatomy, outward, type Side, sides } from './anatomy.ts'
import { type Box, boxAround, boxesOf } from './boxes.ts'
import { type Canvas, eachPixel, filmRegion } from './canvas.ts'
import { type Chest, lungDepth } from './chest.ts'
import { look, mix, ramp } from './curves.ts'
import { around, between, chance } from './draws.ts'
import type { Finding } from './finding.ts'
import { heartRegion } from './heart.ts'
import { cloudNoise } from './noise.ts'
import { drawPneumonia } from './opacities.ts'
import { type StrokePoint, soft, solid, stroke } from './stroke.ts'
import type { LungMask } from './thorax.ts'

/** Where a finding is drawn. */
interface Site {
  readonly on: Canvas
  readonly draw: Random
  readonly chest: Chest
  readonly lungs: LungMask
  readonly side: Side
  /** The film before the lungs' vessels. */
  readonly bare: Float32Array
}

/** Draws a finding and tells where it is. */
type Painter = (site: Site) => readonly Box[]

const painters: Readonly<Record<Finding, Painter>> = {
  Atelectasis: drawAtelectasis,
  // The heart is drawn with the chest: see `bentBy`.
  Cardiomegaly: ({ on, chest }) => [boxOfRegion(on, chest)],
  Consolidation: drawConsolidation,
  Edema: drawEdema,
  Effusion: drawEffusion,
  Emphysema: drawEmphysema,
  Fibrosis: drawFibrosis,
  Hernia: drawHernia,
  Infiltration: drawInfiltration,
  Mass: site => drawSpot(site, between(site.draw, 0.05, 0.075)),
  Nodule: drawNodules,
  Pleural_Thickening: drawPleuralThickening,
  Pneumonia: ({ on, draw, chest, lungs }) => drawPneumonia(on, draw, chest, lungs),
  Pneumothorax: drawPneumothorax,
}

export interface FoundBox extends Box {
  readonly finding: Finding
}

/**
 * Draws findings plainly enough to be learned from a few hundred films each at 64 pixels: each has a place, a shape and a texture of
 * its own. Several may lie over each other.
 *
 * @param bare the film before the lungs' vessels
 * @returns boxes round what each adds or takes away
 */
export function drawPlanted(
  on: Canvas,
  planted: readonly Finding[],
  chest: Chest,
  lungs: LungMask,
  bare: Float32Array,
): readonly FoundBox[] {
  return planted.flatMap(finding => {
    const draw = random(chest.acquisition.seed, 'planted', finding)
    const side = chance(draw, 0.5) ? 'right' : 'left'
    return painters[finding]({ on, draw, chest, lungs, side, bare }).map(box => ({ finding, ...box }))
  })
}

/** The body of a patient whose heart has grown (Cardiomegaly), and how flat the diaphragm lies (Emphysema). */
export function bentBy(
  planted: readonly Finding[],
  anatomy: Anatomy,
  { seed }: Acquisition,
): { readonly anatomy: Anatomy; readonly flat: number } {
  const draw = random(seed, 'bent')
  const grown = between(draw, 1.25, 1.42)
  const flat = between(draw, 0.75, 0.95)
  return {
    anatomy: planted.includes('Cardiomegaly') ? { ...anatomy, heartSize: anatomy.heartSize * grown } : anatomy,
    flat: planted.includes('Emphysema') ? flat : 0,
  }
}

function boxOfRegion(on: Canvas, chest: Chest): Box {
  const { left, top, right, bottom } = filmRegion(on, heartRegion(chest))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Calls `amount` for each pixel of a lung with its place, how much of it is lung and how far it lies from the middle. */
function addInLung(
  { on, chest, lungs }: Site,
  side: Side,
  amount: (x: number, y: number, distance: number) => number,
): readonly Box[] {
  return boxesOf(on, () =>
    eachPixel(on, index => {
      const lung = lungs[index]!
      const x = on.xs[index]!
      const distance = (x - chest.middle) * outward(side)
      if (lung > 0 && distance > 0) on.values[index]! += lung * amount(x, on.ys[index]!, distance)
    }),
  )
}

/** How far down the lung a place lies: 0 at its top, 1 at its lower corner. */
function heightIn({ anatomy, corner }: Chest, part: number): number {
  return mix(anatomy.apex, corner, part)
}

/** One or two thick plates of collapsed lung, nearly level, over the diaphragm. */
function drawAtelectasis({ on, draw, chest, lungs, side }: Site): readonly Box[] {
  const plates = 1 + draw.integer(2)
  return Array.from({ length: plates }, (_, i) => {
    const y = heightIn(chest, 0.66 - 0.1 * i) + around(draw, 0, 0.012)
    const out = look(chest.cageHalf, y)
    const rise = around(draw, 0, 0.012)
    const amount = between(draw, 0.35, 0.5)
    const line = [0.4, 0.65, 0.9].map(
      (part): StrokePoint => ({
        x: chest.middle + out * part * outward(side),
        y: y - rise * part,
        radius: 0.013,
        amount,
      }),
    )
    return boxesOf(on, () => stroke(on, line, solid, lungs))
  }).flat()
}

/** A whole upper lobe, white and even, down to a straight fissure. */
function drawConsolidation(site: Site): readonly Box[] {
  const { draw, chest, side } = site
  const fissure = heightIn(chest, between(draw, 0.36, 0.44))
  const slope = around(draw, 0, 0.12)
  const amount = between(draw, 0.4, 0.6)
  const upper = heightIn(chest, 0.12)
  return addInLung(site, side, (_, y, distance) => {
    const line = fissure + slope * (distance - 0.2)
    return amount * ramp(0.008, -0.008, y - line) * ramp(upper - 0.05, upper + 0.06, y)
  })
}

/** A haze that spreads from both hila, like wings. */
function drawEdema(site: Site): readonly Box[] {
  const { draw, chest } = site
  const amount = between(draw, 0.28, 0.42)
  const middle = heightIn(chest, 0.46)
  return sides.flatMap(side =>
    addInLung(site, side, (_, y, distance) => {
      const away = Math.hypot((distance - 0.1) / 0.17, (y - middle) / 0.2)
      return amount * ramp(1, 0.2, away)
    }),
  )
}

/** Fluid with a level that climbs at the side: it fills the corner. */
function drawEffusion(site: Site): readonly Box[] {
  const { draw, chest, side } = site
  const depth = between(draw, 0.12, 0.2)
  const amount = between(draw, 0.45, 0.6)
  return addInLung(site, side, (x, y, distance) => {
    const climb = 0.5 * depth * ramp(0.08, 0, lungDepth(chest, side, x, y))
    const outer = ramp(0.1, 0.8, distance / chest.anatomy.chestHalf)
    const surface = chest.corner - depth * (0.5 + 0.5 * outer) - climb
    return amount * ramp(-0.012, 0.015, y - surface)
  })
}

/** Lungs full of air, darker throughout; the diaphragm is flat, see `bentBy`. */
function drawEmphysema(site: Site): readonly Box[] {
  const { on, chest, lungs, draw } = site
  const amount = between(draw, 0.07, 0.11)
  for (let i = 0; i < lungs.length; i++) on.values[i]! -= amount * lungs[i]!
  return sides.map(side => {
    const values = lungs.map((lung, i) => ((on.xs[i]! - chest.middle) * outward(side) > 0 ? lung : 0))
    return boxAround({ size: on.size, values }, 0.5)
  })
}

/** A coarse net of lines in the lower outer parts of both lungs. */
function drawFibrosis({ on, draw, chest, lungs }: Site): readonly Box[] {
  return sides.flatMap(side =>
    boxesOf(on, () => {
      for (let i = 0; i < 46; i++) {
        const y = heightIn(chest, between(draw, 0.5, 0.82))
        const x = chest.middle + look(chest.cageHalf, y) * between(draw, 0.55, 0.95) * outward(side)
        const angle = between(draw, 0, Math.PI)
        const length = between(draw, 0.03, 0.055)
        const line = { radius: 0.0055, amount: between(draw, 0.2, 0.32) }
        const end = { x: x + length * Math.cos(angle), y: y + length * Math.sin(angle) }
        stroke(
          on,
          [
            { x, y, ...line },
            { ...end, ...line },
          ],
          soft,
          lungs,
        )
      }
    }),
  )
}

/** A part of the stomach behind the heart: a round wall with air over a level of fluid. */
function drawHernia({ on, draw, chest }: Site): readonly Box[] {
  const radius = between(draw, 0.06, 0.08)
  const x0 = chest.front + between(draw, 0.01, 0.04)
  const y0 = chest.corner - 0.13
  const level = y0 + radius * between(draw, -0.1, 0.25)
  return boxesOf(on, () =>
    eachPixel(
      on,
      index => {
        const y = on.ys[index]!
        const away = Math.hypot(on.xs[index]! - x0, y - y0) / radius
        const wall = 0.5 * ramp(0.72, 0.86, away) * ramp(1.08, 0.96, away)
        const inside = ramp(0.88, 0.78, away) * mix(-0.42, 0.3, ramp(-0.006, 0.006, y - level))
        on.values[index]! += wall + inside
      },
      { left: x0 - 0.1, right: x0 + 0.1, top: y0 - 0.1, bottom: y0 + 0.1 },
    ),
  )
}

/** A fine mottle in the middle of one lung, without a border and without solid parts. */
function drawInfiltration(site: Site): readonly Box[] {
  const { draw, chest, side } = site
  const seed = draw.integer(2 ** 31)
  const amount = between(draw, 0.5, 0.75)
  const middle = heightIn(chest, between(draw, 0.35, 0.6))
  const out = chest.anatomy.chestHalf * between(draw, 0.5, 0.62)
  return addInLung(site, side, (x, y, distance) => {
    const away = Math.hypot(distance - out, (y - middle) * 0.8) / 0.17
    return away > 1 ? 0 : amount * (1 - away * away) * Math.max(0, cloudNoise(x * 30, y * 30, seed))
  })
}

/** One to three small round spots with a clear border. */
function drawNodules(site: Site): readonly Box[] {
  const spots = 1 + site.draw.integer(3)
  return Array.from({ length: spots }, () => drawSpot(site, between(site.draw, 0.02, 0.027))).flat()
}

function drawSpot({ on, draw, chest, lungs, side }: Site, radius: number): readonly Box[] {
  const y = heightIn(chest, between(draw, 0.25, 0.68))
  const inner = 0.1 + radius
  const outer = look(chest.cageHalf, y) - radius
  const x = chest.middle + between(draw, inner, outer) * outward(side)
  const at = { x, y, radius, amount: between(draw, 0.4, 0.55) }
  return boxesOf(on, () => stroke(on, [at, { ...at, x: x + 0.003 }], solid, lungs))
}

/** A white rind along the chest wall of one side. */
function drawPleuralThickening(site: Site): readonly Box[] {
  const { draw, chest, side } = site
  const thick = between(draw, 0.022, 0.034)
  const amount = between(draw, 0.4, 0.55)
  const top = heightIn(chest, between(draw, 0.05, 0.15))
  const bottom = heightIn(chest, between(draw, 0.7, 0.85))
  return addInLung(site, side, (_, y, distance) => {
    const wall = look(chest.cageHalf, y) - distance
    return amount * ramp(thick + 0.006, thick - 0.006, wall) * ramp(top - 0.03, top, y) * ramp(bottom + 0.03, bottom, y)
  })
}

/** Air round the top and side of a collapsed lung: black, without vessels, with the lung's thin edge inside. */
function drawPneumothorax({ on, draw, chest, lungs, side, bare }: Site): readonly Box[] {
  const depth = between(draw, 0.06, 0.11)
  const bottom = heightIn(chest, between(draw, 0.55, 0.8))
  return boxesOf(on, () =>
    eachPixel(on, index => {
      const lung = lungs[index]!
      const x = on.xs[index]!
      const y = on.ys[index]!
      const distance = (x - chest.middle) * outward(side)
      if (lung === 0 || distance <= 0) return
      const within = depth * ramp(bottom, heightIn(chest, 0.3), y)
      const wall = look(chest.cageHalf, y) - distance
      const air = ramp(within + 0.004, within - 0.004, wall)
      const edge = within > 0.01 ? ramp(0.009, 0.002, Math.abs(wall - within - 0.004)) : 0
      on.values[index] = mix(on.values[index]!, bare[index]! - 0.16 * lung, air) + 0.16 * lung * edge
    }),
  )
}
