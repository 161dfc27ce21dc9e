import type { Canvas } from './canvas.ts'
import type { Chest } from './chest.ts'
import { ramp, tabulate } from './curves.ts'
import { type Profile, type StrokePoint, solid, stroke, tube } from './stroke.ts'

const vertebrae = 17

/** The spine: a column with a gap at each disc, a ring on each side of a vertebra and a spur in its middle. */
export function drawSpine(on: Canvas, chest: Chest): void {
  const { apex, bone, ribSpacing } = chest.anatomy
  const spacing = ribSpacing * 0.86
  for (let i = -3; i < vertebrae - 3; i++) {
    const y = apex + (i + 0.5) * spacing * (1 + 0.012 * i)
    const half = 0.026 + 0.0009 * i
    const amount = 0.06 * bone
    const left: StrokePoint = { x: chest.middle - half + 0.012, y, radius: spacing * 0.44, amount }
    stroke(on, [left, { ...left, x: chest.middle + half - 0.012 }], body)
    for (const out of [-0.6, 0.6]) ring(on, { ...left, x: chest.middle + out * half, radius: 0.0085, amount: 0.045 })
    spur(on, { ...left, x: chest.middle, y: y + spacing * 0.2, radius: 0.006, amount: 0.06 })
  }
}

const body: Profile = tabulate(distance => ramp(1, 0.8, distance))

function ring(on: Canvas, at: StrokePoint): void {
  stroke(on, [at, { ...at, y: at.y + 0.006 }], tube)
}

function spur(on: Canvas, at: StrokePoint): void {
  stroke(on, [at, { ...at, y: at.y + 0.014 }], solid)
}
