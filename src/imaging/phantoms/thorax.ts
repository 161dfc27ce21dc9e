import { type Canvas, eachPixel } from './canvas.ts'
import { type Chest, domeOver, lungDepth } from './chest.ts'
import { look, ramp } from './curves.ts'
import { smoothNoise } from './noise.ts'

/** For each pixel how much of it is lung, 0 to 1. */
export type LungMask = Float32Array

/**
 * Skin, muscle, belly and air: the trunk's thickness less the lungs' air.
 *
 * @returns where the lungs are
 */
export function drawThorax(on: Canvas, chest: Chest): LungMask {
  const { weight, seed } = chest.anatomy
  const mask = new Float32Array(on.size * on.size)
  const flesh = 0.56 + 0.2 * weight
  eachPixel(on, index => {
    const x = on.xs[index]!
    const y = on.ys[index]!
    const half = look(chest.bodyHalf, y)
    const off = Math.abs(x - chest.middle) / half
    if (off >= 1) return
    const side = x < chest.middle ? 'right' : 'left'
    const depth = lungDepth(chest, side, x, y)
    const lung = ramp(-0.006, 0.008, depth)
    const thickness = Math.sqrt(1 - off * off)
    const below = ramp(-0.01, 0.11, y - domeOver(chest, x)) * ramp(0, 0.1, look(chest.cageHalf, y))
    const belly = below * (0.34 + 0.1 * weight) * thickness
    // Air displaces most of the trunk where the lung is thick: its rim is thinner than its middle.
    const air = lung * (0.3 + 0.13 * ramp(0, 0.09, depth)) * (0.82 + 0.18 * ramp(chest.corner, 0.2, y))
    const uneven = 0.04 * smoothNoise(x * 6, y * 6, seed)
    const texture = lung > 0 ? 0.02 * lung * smoothNoise(x * 60, y * 60, seed + 3) : 0
    mask[index] = lung
    on.values[index]! += Math.max(0.12 * thickness, flesh * thickness + belly - air + uneven * thickness + texture)
  })
  return mask
}
