import type { Random } from '../../core/index.ts'
import { outward, patientDraw, type Side, sides } from './anatomy.ts'
import type { Canvas, Point } from './canvas.ts'
import type { Chest } from './chest.ts'
import { around, between } from './draws.ts'
import { type StrokePoint, soft, stroke } from './stroke.ts'
import type { LungMask } from './thorax.ts'

/** The vessels of one lung while they are drawn. */
interface Tree {
  readonly on: Canvas
  readonly draw: Random
  readonly side: Side
  readonly lungs: LungMask
}

const trunks = 10
const forks = 3
const pieces = 4

/** The lungs' vessels: a knot at each hilum, and branches that thin out towards the edge. */
export function drawVessels(on: Canvas, chest: Chest, lungs: LungMask): void {
  for (const side of sides) {
    const draw = patientDraw(chest.anatomy, `vessels ${side}`)
    const tree: Tree = { on, draw, side, lungs }
    const root = hilum(chest, side)
    drawKnot(tree, root, 0.06 * chest.anatomy.vessels)
    for (let i = 0; i < trunks; i++) {
      // From nearly straight up, over outwards, to nearly straight down; the thicker ones go down.
      const heading = -1.25 + (2.7 * (i + 0.5)) / trunks + around(draw, 0, 0.08)
      const radius = (0.0052 + 0.0022 * Math.max(0, heading)) * chest.anatomy.vessels
      const start = { x: root.x + around(draw, 0, 0.008), y: root.y + 0.035 * heading + around(draw, 0, 0.006) }
      drawBranch(tree, { ...start, heading, radius, depth: 0 })
    }
  }
}

/** Where a lung's vessels come from. */
export function hilum(chest: Chest, side: Side): Point {
  const down = side === 'right' ? 0.315 : 0.3
  return {
    x: chest.front + (side === 'right' ? 0.075 : 0.078) * outward(side),
    y: chest.anatomy.apex + down * (0.75 + 0.25 * chest.acquisition.breath),
  }
}

function drawKnot({ on, draw, side }: Tree, root: Point, amount: number): void {
  for (let i = 0; i < 4; i++) {
    const x = root.x + around(draw, 0.004, 0.01) * outward(side)
    const y = root.y + around(draw, 0, 0.03)
    const radius = between(draw, 0.02, 0.036)
    stroke(
      on,
      [
        { x, y, radius, amount },
        { x: x + 0.012 * outward(side), y: y + 0.03, radius: radius * 0.7, amount: amount * 0.7 },
      ],
      soft,
    )
  }
}

interface Branch extends Point {
  /** Radians from straight outwards, downwards above 0. */
  readonly heading: number
  readonly radius: number
  /** Forks before it. */
  readonly depth: number
}

/** A branch with its bends, then the two that it forks into. */
function drawBranch(tree: Tree, { x: startX, y: startY, heading: start, radius, depth }: Branch): void {
  const { on, draw, side, lungs } = tree
  const points: StrokePoint[] = []
  const length = between(draw, 0.07, 0.11) * 0.82 ** depth
  let x = startX
  let y = startY
  let heading = start
  for (let i = 0; i <= pieces; i++) {
    points.push({ x, y, radius: radius * (1 - (0.3 * i) / pieces), amount: Math.min(0.085, 14 * radius) })
    x += (Math.cos(heading) * length * outward(side)) / pieces
    y += (Math.sin(heading) * length) / pieces
    heading += around(draw, 0.03 * Math.sign(start), 0.16)
  }
  stroke(on, points, soft, lungs)
  if (depth === forks) return
  const open = between(draw, 0.22, 0.42)
  for (const turn of [-open, open]) {
    drawBranch(tree, { x, y, heading: heading + turn, radius: radius * 0.68, depth: depth + 1 })
  }
}
