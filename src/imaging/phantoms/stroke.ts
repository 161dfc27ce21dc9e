import { type Canvas, type Point, toFilm } from './canvas.ts'

/** How much a stroke adds at a distance from its middle, from 0 (middle) to 1 (edge). */
export type Profile = (distance: number) => number

export interface StrokePoint extends Point {
  /** Half of the stroke's width here, as a part of the film. */
  readonly radius: number
  /** What the stroke adds here. */
  readonly amount: number
}

/** A round, solid thing: thick in the middle. */
export const solid: Profile = distance => Math.sqrt(Math.max(0, 1 - distance * distance))

/** A bone: its hard shell shows at both edges. */
export const tube: Profile = distance => {
  const edge = (distance - 0.75) / 0.22
  return 0.6 * (1 - distance ** 6) + 0.4 * Math.exp(-edge * edge)
}

/** Soft at the edges. */
export const soft: Profile = distance => (1 - distance * distance) ** 2

/** Adds a bent stroke through the points, each pixel once. `clip` holds for each pixel the part that is drawn. */
export function stroke(on: Canvas, points: readonly StrokePoint[], profile: Profile, clip?: Float32Array): void {
  const drawn = new Map<number, number>()
  const ends = points.map(point => onFilm(on, point))
  for (let i = 1; i < ends.length; i++) segment(on.size, ends[i - 1]!, ends[i]!, profile, drawn)
  for (const [index, amount] of drawn) on.values[index]! += clip ? amount * clip[index]! : amount
}

/** In pixels. A stroke thinner than a pixel still shows, as a fainter one. */
function onFilm(on: Canvas, point: StrokePoint): StrokePoint {
  const radius = point.radius * on.size
  const shown = Math.max(0.7, radius)
  return { ...toFilm(on, point), radius: shown, amount: (point.amount * radius) / shown }
}

function segment(size: number, a: StrokePoint, b: StrokePoint, profile: Profile, drawn: Map<number, number>): void {
  const most = Math.max(a.radius, b.radius)
  const dx = b.x - a.x
  const dy = b.y - a.y
  const square = dx * dx + dy * dy || 1
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - most))
  const right = Math.min(size - 1, Math.ceil(Math.max(a.x, b.x) + most))
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - most))
  const bottom = Math.min(size - 1, Math.ceil(Math.max(a.y, b.y) + most))
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - a.x
      const py = row + 0.5 - a.y
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / square))
      const offX = px - along * dx
      const offY = py - along * dy
      const distance = Math.sqrt(offX * offX + offY * offY) / (a.radius + along * (b.radius - a.radius))
      if (distance >= 1) continue
      const amount = (a.amount + along * (b.amount - a.amount)) * profile(distance)
      const index = row * size + column
      const before = drawn.get(index)
      if (before === undefined || Math.abs(amount) > Math.abs(before)) drawn.set(index, amount)
    }
  }
}
