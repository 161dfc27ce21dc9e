import type { Canvas } from './canvas.ts'
import type { Chest } from './chest.ts'
import { ramp } from './curves.ts'
import { type StrokePoint, soft, solid, stroke, tube } from './stroke.ts'

const vertebrae = 17

/** The spine: a column with a gap at each disc, a ring on each side of a vertebra and a spur in its middle. */
export function drawSpine(on: Canvas, chest: Chest): void {
  const { apex, bone, ribSpacing } = chest.anatomy
  const spacing = ribSpacing * 0.86
  for (let i = -3; i < vertebrae - 3; i++) {
    const y = apex + (i + 0.5) * spacing * (1 + 0.012 * i)
    const half = 0.026 + 0.0009 * i
    const amount = 0.16 * bone
    const left: StrokePoint = { x: chest.middle - half + 0.012, y, radius: spacing * 0.44, amount }
    stroke(on, [left, { ...left, x: chest.middle + half - 0.012 }], body)
    for (const out of [-0.6, 0.6]) ring(on, { ...left, x: chest.middle + out * half, radius: 0.0085, amount: 0.07 })
    spur(on, { ...left, x: chest.middle, y: y + spacing * 0.2, radius: 0.006, amount: 0.1 })
  }
}

const body = (distance: number): number => 0.75 * ramp(1, 0.86, distance) + 0.25 * tube(distance)

function ring(on: Canvas, at: StrokePoint): void {
  stroke(on, [at, { ...at, y: at.y + 0.006 }], tube)
}

function spur(on: Canvas, at: StrokePoint): void {
  stroke(on, [at, { ...at, y: at.y + 0.014 }], at.radius > 0 ? solid : soft)
}
