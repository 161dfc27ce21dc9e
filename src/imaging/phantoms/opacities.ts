import type { Random } from '../../core/index.ts'
import { outward, type Side } from './anatomy.ts'
import { type Box, boxAround } from './boxes.ts'
import { type Canvas, eachPixel, layerOver, type Point } from './canvas.ts'
import type { Chest } from './chest.ts'
import { look, ramp } from './curves.ts'
import { around, between, chance } from './draws.ts'
import { cloudNoise } from './noise.ts'
import { type StrokePoint, soft, stroke } from './stroke.ts'
import type { LungMask } from './thorax.ts'
import { hilum } from './vessels.ts'

interface Opacity extends Point {
  readonly side: Side
  readonly radiusX: number
  readonly radiusY: number
  /** What it adds at its thickest; 0.02 is hardly to be seen, 0.35 hides the vessels. */
  readonly amount: number
  /** Ends at a straight fissure below (1), above (−1) or nowhere (0). */
  readonly fissure: -1 | 0 | 1
  /** How broken up it is, 0 to 1. */
  readonly patchy: number
  readonly seed: number
}

/** Draws a pneumonia and tells where its parts are: one box at least. */
export function drawPneumonia(on: Canvas, draw: Random, chest: Chest, lungs: LungMask): readonly Box[] {
  // A plan can lie outside of a lung that is out of the film; hardly ever twice.
  for (let attempt = 0; attempt < 50; attempt++) {
    const boxes = planPneumonia(draw, chest).flatMap(each => drawOpacity(on, chest, lungs, each) ?? [])
    if (boxes.length > 0) return boxes
  }
  throw new Error('Cannot draw a pneumonia: no lung is on the film')
}

/** One to three consolidations of a pneumonia, from plain to hardly visible. */
function planPneumonia(draw: Random, chest: Chest): readonly Opacity[] {
  const number = chance(draw, 0.6) ? 1 : chance(draw, 0.65) ? 2 : 3
  // One in twenty can hardly be seen, so that nobody finds them all.
  const hidden = chance(draw, 0.05)
  const amount = hidden ? between(draw, 0.015, 0.06) : 0.24 + 0.4 * draw.uniform()
  const side: Side = chance(draw, 0.54) ? 'right' : 'left'
  return Array.from({ length: number }, (_, i) => {
    const other: Side = side === 'right' ? 'left' : 'right'
    return planOpacity(draw, chest, i > 0 && chance(draw, 0.6) ? other : side, amount * between(draw, 0.75, 1.1))
  })
}

/** Lower parts are more often ill than upper ones. */
function planOpacity(draw: Random, chest: Chest, side: Side, amount: number): Opacity {
  const { apex } = chest.anatomy
  const height = chest.corner - apex
  const y = apex + height * Math.min(0.84, Math.max(0.2, around(draw, 0.6, 0.18)))
  const within = look(chest.cageHalf, y)
  const nearest = side === 'left' && y > apex + 0.5 * height ? 0.6 : 0.4
  const out = within * between(draw, nearest, 0.8)
  const wide = between(draw, 0.085, 0.15)
  const lobar = chance(draw, 0.35)
  return {
    side,
    x: chest.middle + out * outward(side),
    y,
    radiusX: wide * (lobar ? 1.25 : 1),
    radiusY: wide * between(draw, 0.7, 1.25),
    amount,
    fissure: lobar ? (chance(draw, 0.5) ? 1 : -1) : 0,
    patchy: lobar ? between(draw, 0.1, 0.4) : between(draw, 0.35, 0.9),
    seed: draw.integer(2 ** 31),
  }
}

/**
 * Adds an opacity inside the lung, with branches of air in it, and tells where it is. Attenuations add up, so ribs and
 * vessels shine through it.
 *
 * @returns the box round all that has three tenths of its strength; nothing when no lung is there
 */
function drawOpacity(on: Canvas, chest: Chest, lungs: LungMask, opacity: Opacity): Box | undefined {
  const layer = layerOver(on)
  eachPixel(
    on,
    index => {
      const lung = lungs[index]!
      const x = on.xs[index]!
      if (lung === 0 || (x - chest.middle) * outward(opacity.side) < 0) return
      layer.values[index] = lung * strength(opacity, x, on.ys[index]!)
    },
    {
      left: opacity.x - 2 * opacity.radiusX,
      right: opacity.x + 2 * opacity.radiusX,
      top: opacity.y - 2 * opacity.radiusY,
      bottom: opacity.y + 2 * opacity.radiusY,
    },
  )
  const most = layer.values.reduce((high, value) => Math.max(high, value), 0)
  if (most < 0.3) return undefined
  const box = boxAround(layer, most * 0.3)
  bronchogram(layer, chest, opacity)
  for (let i = 0; i < layer.values.length; i++) on.values[i]! += opacity.amount * Math.max(0, layer.values[i]!)
  return box
}

function strength(opacity: Opacity, x: number, y: number): number {
  const dx = (x - opacity.x) / opacity.radiusX
  const dy = (y - opacity.y) / opacity.radiusY
  const square = dx * dx + dy * dy
  if (square > 4) return 0
  const rough = cloudNoise(x * 17, y * 17, opacity.seed)
  const fine = cloudNoise(x * 45, y * 45, opacity.seed + 9)
  const edge = ramp(1.25, 0.15, Math.sqrt(square) + 0.42 * rough + 0.12 * fine)
  const broken = 1 - opacity.patchy * ramp(-0.1, 0.55, rough * 0.5 + fine * 0.6)
  const line = opacity.y + opacity.fissure * (0.45 * opacity.radiusY + 0.15 * (x - opacity.x))
  const cut = opacity.fissure === 0 ? 1 : ramp(0.008, -0.008, (y - line) * opacity.fissure)
  return edge * broken * cut
}

/** Air that is left in the branches of the windpipe shows dark inside a consolidation. */
function bronchogram(layer: Canvas, chest: Chest, opacity: Opacity): void {
  const root = hilum(chest, opacity.side)
  const toward = Math.atan2(opacity.y - root.y, opacity.x - root.x)
  for (const bend of [-0.45, -0.1, 0.3]) {
    const points = [0, 0.4, 0.8, 1.2].map((part): StrokePoint => {
      const angle = toward + bend * (0.4 + part)
      return {
        x: opacity.x + (part - 0.5) * opacity.radiusX * Math.cos(angle),
        y: opacity.y + (part - 0.5) * opacity.radiusY * Math.sin(angle),
        radius: 0.0045,
        amount: -0.3 * (1 - opacity.patchy),
      }
    })
    stroke(layer, points, soft, layer.values.slice())
  }
}
