import { outward, sides } from './anatomy.ts'
import { type Canvas, eachPixel, layerOver, type Point, type Region } from './canvas.ts'
import { type Chest, domeOver } from './chest.ts'
import { look, ramp } from './curves.ts'
import { soft, solid, stroke } from './stroke.ts'
import type { LungMask } from './thorax.ts'

interface Ellipse extends Point {
  readonly a: number
  readonly b: number
  readonly angle: number
}

/** Half of the heart's width: a cardiothoracic ratio of about 0.45 standing (PA) and 0.53 on a bed (AP). */
function heartHalf({ anatomy, acquisition }: Chest): number {
  const flat = 1 + 0.45 * Math.max(0, 1 - acquisition.breath)
  return anatomy.chestHalf * 0.44 * anatomy.heartSize * (acquisition.view === 'AP' ? 1.12 : 1) * flat
}

/** Heart, great vessels and the column of what lies between the lungs, with the windpipe in it. */
export function drawHeart(on: Canvas, chest: Chest, lungs: LungMask): void {
  const { mediastinum, front } = chest
  const { apex } = chest.anatomy
  const chambers = layerOver(on)
  for (const part of heartParts(chest)) raise(chambers, part)
  const arch = layerOver(on)
  raise(arch, aorticArch(chest))
  eachPixel(
    on,
    index => {
      const x = on.xs[index]!
      const y = on.ys[index]!
      const column = ramp(0.012, -0.012, Math.abs(x - front) - look(mediastinum, y)) * ramp(apex - 0.1, apex + 0.06, y)
      // Blood takes the place of air beside the spine. Below the diaphragm the belly hides the heart's lower border.
      const blood = chambers.values[index]! * (0.3 + 0.38 * lungs[index]!)
      const shown = ramp(0.05, -0.01, y - domeOver(chest, x))
      on.values[index]! += Math.max(blood, 0.34 * column, 0.22 * arch.values[index]!) * shown
    },
    { left: front - 0.3, right: front + 0.4, top: apex - 0.12, bottom: chest.corner + 0.06 },
  )
  drawAirways(on, chest)
}

function aorticArch({ anatomy: { apex, aorta }, front }: Chest): Ellipse {
  const radius = 0.024 + 0.009 * aorta
  return { x: front + 0.045 + 0.012 * aorta, y: apex + 0.19, a: radius, b: radius * 1.15, angle: 0 }
}

function heartParts(chest: Chest): readonly Ellipse[] {
  const half = heartHalf(chest)
  const { front, corner } = chest
  const y = corner - 0.1 - half * 0.42
  return [
    { x: front + half * 0.42, y: y + half * 0.12, a: half * 1.02, b: half * 0.72, angle: 0.6 },
    { x: front - half * 0.12, y: y - half * 0.02, a: half * 0.56, b: half * 0.86, angle: 0.1 },
    { x: front + half * 0.16, y: y - half * 0.5, a: half * 0.46, b: half * 1.0, angle: -0.22 },
  ]
}

/** The part of the body that the heart fills. */
export function heartRegion(chest: Chest): Region {
  const reaches = heartParts(chest).map(({ x, y, a, b, angle }) => {
    const across = Math.hypot(a * Math.cos(angle), b * Math.sin(angle))
    const along = Math.hypot(a * Math.sin(angle), b * Math.cos(angle))
    return { left: x - across, right: x + across, top: y - along, bottom: y + along }
  })
  return {
    left: Math.min(...reaches.map(({ left }) => left)),
    right: Math.max(...reaches.map(({ right }) => right)),
    top: Math.min(...reaches.map(({ top }) => top)),
    bottom: Math.max(...reaches.map(({ bottom }) => bottom)),
  }
}

/** Raises a layer to an ellipse's thickness, 0 to 1, with a sharp but not hard edge. */
function raise(layer: Canvas, { x: middleX, y: middleY, a, b, angle }: Ellipse): void {
  const cosine = Math.cos(angle)
  const sine = Math.sin(angle)
  const reach = 1.1 * Math.max(a, b)
  eachPixel(
    layer,
    index => {
      const dx = layer.xs[index]! - middleX
      const dy = layer.ys[index]! - middleY
      const u = (cosine * dx + sine * dy) / a
      const v = (cosine * dy - sine * dx) / b
      const square = u * u + v * v
      if (square >= 1.12) return
      const thickness = ramp(1.12, 0.9, square) * (0.6 + 0.4 * Math.sqrt(Math.max(0, 1 - square)))
      layer.values[index] = Math.max(layer.values[index]!, thickness)
    },
    { left: middleX - reach, right: middleX + reach, top: middleY - reach, bottom: middleY + reach },
  )
}

/** The windpipe and its two branches: air, so they take attenuation away. */
function drawAirways(on: Canvas, chest: Chest): void {
  const { apex } = chest.anatomy
  const fork = { x: chest.front - 0.004, y: apex + 0.25 }
  const radius = 0.0165
  const top = { x: chest.front, y: apex - 0.14, radius, amount: -0.17 }
  const arch = { x: chest.front - 0.008, y: apex + 0.17, radius, amount: -0.24 }
  stroke(on, [top, arch, { ...fork, radius: radius * 1.05, amount: -0.2 }], solid)
  for (const side of sides) {
    const steep = side === 'right' ? 0.075 : 0.055
    stroke(
      on,
      [
        { ...fork, radius: 0.012, amount: -0.13 },
        { x: fork.x + 0.07 * outward(side), y: fork.y + steep, radius: 0.008, amount: -0.02 },
      ],
      soft,
    )
  }
}
