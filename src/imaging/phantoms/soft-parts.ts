import { outward, patientDraw, sides } from './anatomy.ts'
import { type Canvas, eachPixel } from './canvas.ts'
import type { Chest } from './chest.ts'
import { ramp } from './curves.ts'
import { between } from './draws.ts'
import { cloudNoise } from './noise.ts'
import { solid, stroke } from './stroke.ts'

/** Breasts: a veil over the lungs' lower parts that ends in a round lower edge. Some patients' nipples show. */
export function drawBreasts(on: Canvas, chest: Chest): void {
  const { breast, nipples, chestHalf } = chest.anatomy
  const y = chest.corner - 0.1
  const out = chestHalf * 0.62
  if (breast > 0) {
    eachPixel(on, (index, x, height) => {
      for (const side of sides) {
        const dx = (x - chest.middle - out * outward(side)) / (breast * 1.05)
        const dy = (height - y) / breast
        const square = dx * dx + dy * dy
        if (square < 1) on.values[index]! += 0.13 * ramp(1, 0.72, square) * ramp(-1, 0.7, dy)
      }
    })
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
  const { stomachGas, seed } = chest.anatomy
  const draw = patientDraw(chest.anatomy, 'gas')
  const x = chest.middle + between(draw, 0.12, 0.17)
  const y = chest.dome('left', x - chest.middle) + 0.05
  const wide = 0.075 * stomachGas
  const flat = between(draw, 0.45, 0.7)
  const loops = between(draw, -0.3, 0.3)
  eachPixel(on, (index, px, py) => {
    const dx = (px - x) / Math.max(0.001, wide)
    const dy = (py - y) / Math.max(0.001, wide * flat)
    const bubble =
      stomachGas > 0
        ? ramp(1.1, 0.75, dx * dx + dy * dy) * ramp(0.012, 0.024, py - chest.dome('left', Math.abs(px - chest.middle)))
        : 0
    const bowel =
      ramp(0.3 + loops, 0.75 + loops, cloudNoise(px * 13, py * 16, seed + 7)) *
      ramp(chest.corner + 0.07, chest.corner + 0.16, py)
    on.values[index] = Math.max(
      0.1,
      on.values[index]! - 0.42 * bubble - 0.2 * bowel * (on.values[index]! > 0.3 ? 1 : 0),
    )
  })
}
