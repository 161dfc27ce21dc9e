import { type Canvas, type Point, type Region, toFilm } from './canvas.ts'
import { look, type Table, tabulate } from './curves.ts'

/** How much a stroke adds at a distance from its middle (0) to its edge (1). */
export type Profile = Table

export interface StrokePoint extends Point {
  /** Half of the stroke's width here, as a part of the film. */
  readonly radius: number
  /** What the stroke adds here. */
  readonly amount: number
}

/** A round, solid thing: thick in the middle. */
export const solid: Profile = tabulate(distance => Math.sqrt(1 - distance * distance))

/** A bone: its hard shell shows at both edges. */
export const tube: Profile = tabulate(distance => {
  const edge = (distance - 0.75) / 0.25
  return 0.6 * (1 - distance ** 6) + 0.4 * Math.max(0, 1 - edge * edge)
})

/** Soft at the edges. */
export const soft: Profile = tabulate(distance => (1 - distance * distance) ** 2)

/** Adds a bent stroke through the points, each pixel once. `clip` holds for each pixel the part that is drawn. */
export function stroke(on: Canvas, points: readonly StrokePoint[], profile: Profile, clip?: Float32Array): void {
  const ends = points.map(point => onFilm(on, point))
  for (let i = 1; i < ends.length; i++) segment(on, ends[i - 1]!, ends[i]!, profile)
  for (let i = 1; i < ends.length; i++) settle(on, ends[i - 1]!, ends[i]!, clip)
}

/** In pixels. A stroke thinner than a pixel still shows, as a fainter one. */
function onFilm(on: Canvas, point: StrokePoint): StrokePoint {
  const radius = point.radius * on.size
  const shown = Math.max(0.7, radius)
  const { x, y } = toFilm(on, point)
  return { x, y, radius: shown, amount: (point.amount * radius) / shown }
}

/** Keeps in the scratch layer, for each pixel, the strongest of the stroke's pieces. */
function segment(on: Canvas, a: StrokePoint, b: StrokePoint, profile: Profile): void {
  const { size, scratch } = on
  const dx = b.x - a.x
  const dy = b.y - a.y
  const square = dx * dx + dy * dy || 1
  const { left, right, top, bottom } = reach(size, a, b)
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - a.x
      const py = row + 0.5 - a.y
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / square))
      const offX = px - along * dx
      const offY = py - along * dy
      const radius = a.radius + along * (b.radius - a.radius)
      const away = offX * offX + offY * offY
      if (away >= radius * radius) continue
      const amount = (a.amount + along * (b.amount - a.amount)) * look(profile, Math.sqrt(away) / radius)
      const index = row * size + column
      if (Math.abs(amount) > Math.abs(scratch[index]!)) scratch[index] = amount
    }
  }
}

/** Moves what the scratch layer holds of a piece onto the canvas. */
function settle(on: Canvas, a: StrokePoint, b: StrokePoint, clip: Float32Array | undefined): void {
  const { size, scratch, values } = on
  const { left, right, top, bottom } = reach(size, a, b)
  for (let row = top; row <= bottom; row++) {
    for (let index = row * size + left; index <= row * size + right; index++) {
      if (scratch[index] === 0) continue
      values[index]! += clip ? scratch[index]! * clip[index]! : scratch[index]!
      scratch[index] = 0
    }
  }
}

function reach(size: number, a: StrokePoint, b: StrokePoint): Region {
  const most = Math.max(a.radius, b.radius)
  return {
    left: Math.max(0, Math.floor(Math.min(a.x, b.x) - most)),
    right: Math.min(size - 1, Math.ceil(Math.max(a.x, b.x) + most)),
    top: Math.max(0, Math.floor(Math.min(a.y, b.y) - most)),
    bottom: Math.min(size - 1, Math.ceil(Math.max(a.y, b.y) + most)),
  }
}
