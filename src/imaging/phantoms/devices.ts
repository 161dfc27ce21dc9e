import type { Random } from '../../core/index.ts'
import type { Canvas } from './canvas.ts'
import type { Chest } from './chest.ts'
import { around, between, chance } from './draws.ts'
import { type StrokePoint, soft, stroke, tube } from './stroke.ts'

/** What is on and in patients who are filmed on a bed: electrodes and cables, a venous line, a tube in the windpipe. */
export function drawDevices(on: Canvas, draw: Random, chest: Chest): void {
  if (chance(draw, 0.45)) drawElectrodes(on, draw, chest)
  if (chance(draw, 0.25)) drawVenousLine(on, draw, chest)
  if (chance(draw, 0.16)) drawTracheal(on, chest)
}

function drawElectrodes(on: Canvas, draw: Random, chest: Chest): void {
  const number = 2 + draw.integer(2)
  for (let i = 0; i < number; i++) {
    const left = i % 2 === 0
    const x = chest.middle + (left ? 1 : -1) * between(draw, 0.12, 0.3)
    const y = i < 2 ? between(draw, 0.14, 0.3) : between(draw, 0.6, 0.75)
    const disc = { x, y, radius: 0.013, amount: 0.35 }
    stroke(on, [disc, { ...disc, x: x + 0.002 }], tube)
    const end = { x: left ? 1.1 : -0.1, y: y + around(draw, 0.12, 0.12) }
    const bend = around(draw, 0, 0.1)
    stroke(on, curve(disc, end, bend, 0.0028, 0.28), soft)
  }
}

function drawVenousLine(on: Canvas, draw: Random, chest: Chest): void {
  const { apex } = chest.anatomy
  const start = { x: chest.front - between(draw, 0.05, 0.14), y: apex - between(draw, 0.05, 0.12) }
  const turn = { x: chest.front - 0.05, y: apex + 0.1 }
  const tip = { x: chest.front - 0.045, y: apex + between(draw, 0.25, 0.34) }
  stroke(on, [...curve(start, turn, -0.03, 0.0034, 0.17), ...curve(turn, tip, 0.004, 0.0034, 0.17)], soft)
}

function drawTracheal(on: Canvas, chest: Chest): void {
  const { apex } = chest.anatomy
  const top = { x: chest.front + 0.004, y: apex - 0.2 }
  stroke(on, curve(top, { x: chest.front, y: apex + 0.16 }, 0.006, 0.0085, 0.11), tube)
}

interface End {
  readonly x: number
  readonly y: number
}

/** A bow between two ends, `bend` away from the straight line in its middle. */
function curve(a: End, b: End, bend: number, radius: number, amount: number): StrokePoint[] {
  const steps = 14
  return Array.from({ length: steps + 1 }, (_, i) => {
    const part = i / steps
    const bow = 4 * bend * part * (1 - part)
    return { x: a.x + part * (b.x - a.x) + bow * 0.5, y: a.y + part * (b.y - a.y) + bow, radius, amount }
  })
}
