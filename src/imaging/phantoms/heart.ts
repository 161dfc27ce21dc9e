import { outward, sides } from './anatomy.ts'
import { type Canvas, eachPixel, type Point } from './canvas.ts'
import type { Chest } from './chest.ts'
import { ramp } from './curves.ts'
import { soft, solid, stroke } from './stroke.ts'

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
export function drawHeart(on: Canvas, chest: Chest): void {
  const parts = heartParts(chest)
  const { mediastinum, front } = chest
  const { apex, aorta } = chest.anatomy
  const knob = { x: front + 0.045 + 0.012 * aorta, y: apex + 0.19, radius: 0.024 + 0.009 * aorta }
  const arch: Ellipse = { ...knob, a: knob.radius, b: knob.radius * 1.15, angle: 0 }
  eachPixel(on, (index, x, y) => {
    let chambers = 0
    for (const part of parts) chambers = Math.max(chambers, inside(part, x, y))
    const column = ramp(0.012, -0.012, Math.abs(x - front) - mediastinum(y)) * ramp(apex - 0.1, apex + 0.06, y)
    const blood = Math.max(0.36 * chambers, 0.3 * column)
    on.values[index]! += blood + 0.16 * inside(arch, x, y) * (1 - 0.7 * column)
  })
  drawAirways(on, chest)
}

function heartParts(chest: Chest): readonly Ellipse[] {
  const half = heartHalf(chest)
  const { front, corner } = chest
  const y = corner - 0.1 - half * 0.62
  return [
    { x: front + half * 0.42, y: y + half * 0.12, a: half * 0.98, b: half * 0.72, angle: 0.62 },
    { x: front - half * 0.12, y: y - half * 0.02, a: half * 0.56, b: half * 0.86, angle: 0.1 },
    { x: front + half * 0.2, y: y - half * 0.62, a: half * 0.42, b: half * 0.7, angle: -0.25 },
  ]
}

/** How much of an ellipse's thickness is met, 0 to 1, with a sharp but not hard edge. */
function inside({ x: middleX, y: middleY, a, b, angle }: Ellipse, x: number, y: number): number {
  const cosine = Math.cos(angle)
  const sine = Math.sin(angle)
  const dx = x - middleX
  const dy = y - middleY
  const u = (cosine * dx + sine * dy) / a
  const v = (cosine * dy - sine * dx) / b
  const square = u * u + v * v
  if (square >= 1.2) return 0
  return ramp(1.12, 0.9, square) * (0.72 + 0.28 * Math.sqrt(Math.max(0, 1 - square)))
}

/** The windpipe and its two branches: air, so they take attenuation away. */
function drawAirways(on: Canvas, chest: Chest): void {
  const { apex } = chest.anatomy
  const fork = { x: chest.front - 0.004, y: apex + 0.25 }
  const radius = 0.0165
  const top = { x: chest.front, y: apex - 0.14, radius, amount: -0.1 }
  const arch = { x: chest.front - 0.008, y: apex + 0.17, radius, amount: -0.15 }
  stroke(on, [top, arch, { ...fork, radius: radius * 1.05, amount: -0.13 }], solid)
  for (const side of sides) {
    const steep = side === 'right' ? 0.075 : 0.055
    stroke(
      on,
      [
        { ...fork, radius: 0.012, amount: -0.08 },
        { x: fork.x + 0.07 * outward(side), y: fork.y + steep, radius: 0.008, amount: -0.02 },
      ],
      soft,
    )
  }
}
