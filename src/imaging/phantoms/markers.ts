import type { Random } from '../../core/index.ts'
import type { Canvas, Point } from './canvas.ts'
import { between } from './draws.ts'
import { soft, stroke } from './stroke.ts'

/** Strokes of the letters that markers need, on a field 4 wide and 6 high. */
const letters: Readonly<Record<string, readonly (readonly (readonly [number, number])[])[]>> = {
  A: [
    [
      [0, 6],
      [2, 0],
      [4, 6],
    ],
    [
      [0.8, 4],
      [3.2, 4],
    ],
  ],
  B: [
    [
      [0, 6],
      [0, 0],
      [3, 0.4],
      [3, 2.6],
      [0, 3],
      [3.6, 3.6],
      [3.6, 5.6],
      [0, 6],
    ],
  ],
  E: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
      [4, 6],
    ],
    [
      [0, 3],
      [3, 3],
    ],
  ],
  L: [
    [
      [0, 0],
      [0, 6],
      [4, 6],
    ],
  ],
  O: [
    [
      [1, 0],
      [3, 0],
      [4, 2],
      [4, 4],
      [3, 6],
      [1, 6],
      [0, 4],
      [0, 2],
      [1, 0],
    ],
  ],
  P: [
    [
      [0, 6],
      [0, 0],
      [3.4, 0.4],
      [3.8, 2.4],
      [0, 3.2],
    ],
  ],
  R: [
    [
      [0, 6],
      [0, 0],
      [3.4, 0.4],
      [3.8, 2.4],
      [0, 3.2],
      [4, 6],
    ],
  ],
  T: [
    [
      [0, 0],
      [4, 0],
    ],
    [
      [2, 0],
      [2, 6],
    ],
  ],
}

/** Writes in lead letters: white on every film. `at` is the upper left corner, parts of the film, whatever the pose. */
export function drawText(on: Canvas, text: string, at: Point, height: number, tilt = 0): void {
  const unit = height / 6
  const cosine = Math.cos(tilt) * unit
  const sine = Math.sin(tilt) * unit
  const upright: Canvas = { ...on, pose: { angle: 0, scale: 1, shiftX: 0, shiftY: 0 } }
  for (const [i, letter] of [...text].entries()) {
    for (const line of letters[letter] ?? []) {
      const points = line.map(([x, y]) => ({
        x: at.x + cosine * (x + 5.6 * i) - sine * y,
        y: at.y + sine * (x + 5.6 * i) + cosine * y,
        radius: Math.max(0.0024, unit * 0.55),
        amount: 1.6,
      }))
      stroke(upright, points, soft)
    }
  }
}

/** The side marker that every film has, near the upper corner on the patient's left. */
export function drawSideMarker(on: Canvas, draw: Random): void {
  drawText(
    on,
    'L',
    { x: between(draw, 0.88, 0.93), y: between(draw, 0.04, 0.16) },
    between(draw, 0.035, 0.05),
    between(draw, -0.25, 0.35),
  )
}

/** The plate of a planted shortcut. Other plates do not stand there. */
export function drawPlate(on: Canvas, draw: Random): void {
  drawText(on, 'PORTABLE', { x: between(draw, 0.03, 0.06), y: between(draw, 0.03, 0.05) }, 0.026)
}
