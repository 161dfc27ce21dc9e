import { outward, patientDraw, sides } from './anatomy.ts'
import { type Canvas, eachPixel } from './canvas.ts'
import { type Chest, domeOver } from './chest.ts'
import { ramp } from './curves.ts'
import { between } from './draws.ts'
import { cloudNoise } from './noise.ts'
import { solid, stroke } from './stroke.ts'

/** Breasts: a veil over the lungs' lower parts that ends in a round lower edge. Some patients' nipples show. */
export function drawBreasts(on: Canvas, chest: Chest): void {
  const { breast, nipples, chestHalf } = chest.anatomy
  const y = chest.corner - 0.12
  const out = chestHalf * 0.62
  if (breast > 0) {
    eachPixel(
      on,
      index => {
        const x = on.xs[index]!
        for (const side of sides) {
          const dx = (x - chest.middle - out * outward(side)) / (breast * 1.05)
          const dy = (on.ys[index]! - y) / breast
          const square = dx * dx + dy * dy
          if (square < 1) on.values[index]! += 0.095 * ramp(1, 0.7, square) * ramp(-1, 0.7, dy)
        }
      },
      { left: 0, right: 1, top: y - breast, bottom: y + breast },
    )
  }
  if (!nipples) return
  for (const side of sides) {
    const x = chest.middle + out * 1.05 * outward(side)
    const at = { x, y: y + breast * 0.35, radius: 0.0115, amount: 0.075 }
    stroke(on, [at, { ...at, y: at.y + 0.003 }], solid)
  }
}

/** Air in the stomach under the left dome, and in the bowel. */
export function drawBellyGas(on: Canvas, chest: Chest): void {
  drawStomach(on, chest)
  const { seed } = chest.anatomy
  const loops = between(patientDraw(chest.anatomy, 'bowel'), -0.1, 0.4)
  const from = chest.corner + 0.06
  eachPixel(
    on,
    index => {
      const x = on.xs[index]!
      const y = on.ys[index]!
      if (on.values[index]! < 0.5) return
      const bowel = ramp(0.2 + loops, 0.8 + loops, cloudNoise(x * 11, y * 14, seed)) * ramp(from, from + 0.1, y)
      on.values[index]! -= 0.28 * bowel
    },
    { left: 0.1, right: 0.9, top: from, bottom: 2 },
  )
}

function drawStomach(on: Canvas, chest: Chest): void {
  const { stomachGas } = chest.anatomy
  if (stomachGas === 0) return
  const draw = patientDraw(chest.anatomy, 'stomach')
  const x = chest.middle + between(draw, 0.1, 0.2)
  const half = between(draw, 0.03, 0.085) * stomachGas
  const flat = between(draw, 0.45, 0.9)
  const y = domeOver(chest, x) + 0.018 + half * flat * 0.8
  const tilt = between(draw, -0.3, 0.5)
  eachPixel(
    on,
    index => {
      const px = on.xs[index]!
      const py = on.ys[index]!
      const dx = (px - x) / half
      const dy = (py - y - tilt * (px - x)) / (half * flat)
      const wall = ramp(0.01, 0.022, py - domeOver(chest, Math.max(chest.middle, px)))
      on.values[index]! -= 0.36 * stomachGas * ramp(1.15, 0.55, dx * dx + dy * dy) * wall
    },
    { left: x - 2 * half, right: x + 2 * half, top: y - 2 * half, bottom: y + 2 * half },
  )
}
