import type { Random } from '../../core/index.ts'
import { outward, type Side } from './anatomy.ts'
import { type Canvas, eachPixel } from './canvas.ts'
import { type Chest, lungDepth } from './chest.ts'
import { look, ramp } from './curves.ts'
import { around, between, chance } from './draws.ts'
import { cloudNoise } from './noise.ts'
import { type StrokePoint, soft, solid, stroke } from './stroke.ts'
import type { LungMask } from './thorax.ts'

/** Findings, by NIH's names, that are no pneumonia: what a classifier must not fall for. */
export type OtherFinding = 'Atelectasis' | 'Effusion' | 'Fibrosis' | 'Infiltration' | 'Nodule'

type Painter = (on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side) => void

const painters: Readonly<Record<OtherFinding, Painter>> = {
  Atelectasis: drawAtelectasis,
  Effusion: drawEffusion,
  Fibrosis: drawFibrosis,
  Infiltration: drawInfiltration,
  Nodule: drawNodule,
}

/** How often each is found, with pneumonia or without. */
const shares: readonly (readonly [OtherFinding, number])[] = [
  ['Atelectasis', 0.09],
  ['Effusion', 0.09],
  ['Fibrosis', 0.05],
  ['Infiltration', 0.08],
  ['Nodule', 0.08],
]

/** Drawn from the film alone, so that they tell nothing about pneumonia. In alphabetical order. */
export function planOtherFindings(draw: Random): readonly OtherFinding[] {
  return shares.filter(([, share]) => chance(draw, share)).map(([finding]) => finding)
}

export function drawOtherFinding(on: Canvas, finding: OtherFinding, draw: Random, chest: Chest, lungs: LungMask): void {
  painters[finding](on, draw, chest, lungs, chance(draw, 0.5) ? 'right' : 'left')
}

/** Bands of collapsed lung, a few millimetres thick, nearly level, low in the lung. */
function drawAtelectasis(on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side): void {
  const bands = 1 + draw.integer(3)
  for (let i = 0; i < bands; i++) {
    const out = chest.anatomy.chestHalf * between(draw, 0.35, 0.5)
    const x = chest.middle + out * outward(side)
    const y = look(chest.domes[side], out) - between(draw, 0.015, 0.11)
    const length = between(draw, 0.06, 0.13)
    const rise = around(draw, 0, 0.025)
    const line = [0, 0.5, 1].map(
      (part): StrokePoint => ({
        x: x + length * part * outward(side),
        y: y - rise * part,
        radius: 0.0055,
        amount: between(draw, 0.07, 0.15),
      }),
    )
    stroke(on, line, soft, lungs)
  }
}

/** Fluid over the diaphragm: it fills the corner and climbs at the side. */
function drawEffusion(on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side): void {
  const depth = between(draw, 0.025, 0.11)
  const amount = between(draw, 0.22, 0.36)
  eachPixel(on, index => {
    const x = on.xs[index]!
    const y = on.ys[index]!
    const lung = lungs[index]!
    const distance = (x - chest.middle) * outward(side)
    if (lung === 0 || distance < 0) return
    const climb = 0.6 * depth * ramp(0.08, 0, lungDepth(chest, side, x, y))
    const outer = ramp(0.2, 1, distance / chest.anatomy.chestHalf)
    const surface = chest.corner - depth * (0.25 + 0.75 * outer) - climb
    on.values[index]! += amount * lung * ramp(-0.025, 0.03, y - surface)
  })
}

/** Fine strands in the upper parts. */
function drawFibrosis(on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side): void {
  const strands = 12 + draw.integer(14)
  const middleY = chest.anatomy.apex + between(draw, 0.1, 0.25)
  const middleX = chest.middle + look(chest.cageHalf, middleY) * 0.6 * outward(side)
  for (let i = 0; i < strands; i++) {
    const x = middleX + around(draw, 0, 0.04)
    const y = middleY + around(draw, 0, 0.05)
    const angle = between(draw, 0, Math.PI)
    const length = between(draw, 0.015, 0.045)
    const amount = between(draw, 0.03, 0.075)
    const end = { x: x + length * Math.cos(angle), y: y + length * Math.sin(angle) }
    stroke(
      on,
      [
        { x, y, radius: 0.003, amount },
        { ...end, radius: 0.003, amount },
      ],
      soft,
      lungs,
    )
  }
}

/** A fine net over a large part of one or both lungs, without a border and without solid parts. */
function drawInfiltration(on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side): void {
  const seed = draw.integer(2 ** 31)
  const amount = between(draw, 0.05, 0.12)
  const both = chance(draw, 0.55)
  const y0 = chest.anatomy.apex + (chest.corner - chest.anatomy.apex) * between(draw, 0.4, 0.75)
  const out = chest.anatomy.chestHalf * between(draw, 0.4, 0.6)
  const reach = between(draw, 0.13, 0.22)
  eachPixel(on, index => {
    const x = on.xs[index]!
    const y = on.ys[index]!
    const lung = lungs[index]!
    const distance = (x - chest.middle) * outward(side)
    if (lung === 0 || (!both && distance < 0)) return
    const away = Math.hypot(Math.abs(distance) - out, (y - y0) * 0.8) / reach
    if (away > 1) return
    const net = 1 - Math.abs(cloudNoise(x * 34, y * 34, seed)) * 3.2
    on.values[index]! += amount * lung * (1 - away * away) * Math.max(0, net)
  })
}

/** One or more round spots with a clear border. */
function drawNodule(on: Canvas, draw: Random, chest: Chest, lungs: LungMask, side: Side): void {
  const spots = chance(draw, 0.7) ? 1 : 2 + draw.integer(3)
  for (let i = 0; i < spots; i++) {
    const y = between(draw, chest.anatomy.apex + 0.1, chest.corner - 0.14)
    const x = chest.middle + look(chest.cageHalf, y) * between(draw, 0.4, 0.85) * outward(side)
    const at = { x, y, radius: between(draw, 0.009, 0.022), amount: between(draw, 0.09, 0.19) }
    stroke(on, [at, { ...at, x: x + 0.003 }], solid, lungs)
  }
}
