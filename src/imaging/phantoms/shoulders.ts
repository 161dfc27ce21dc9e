import { outward, type Side, sides } from './anatomy.ts'
import type { Canvas } from './canvas.ts'
import type { Chest } from './chest.ts'
import { type StrokePoint, soft, solid, stroke, tube } from './stroke.ts'

/** Collarbones, shoulder blades and upper arms. Standing, the arms turn the blades out of the lungs; on a bed not. */
export function drawShoulders(on: Canvas, chest: Chest): void {
  for (const side of sides) {
    stroke(on, arm(chest, side), soft)
    stroke(on, collarbone(chest, side), tube)
    for (const edge of shoulderBlade(chest, side)) stroke(on, edge, tube)
    stroke(on, blade(chest, side), soft)
    stroke(on, armBone(chest, side), tube)
    stroke(on, armHead(chest, side), solid)
  }
}

type Place = (out: number, down: number, radius: number, amount: number) => StrokePoint

/** Places measured from the middle and from the lungs' top. */
function from(chest: Chest, side: Side, middle: number): Place {
  return (out, down, radius, amount) => ({
    x: middle + out * outward(side),
    y: chest.anatomy.apex + down,
    radius,
    amount,
  })
}

function collarbone(chest: Chest, side: Side): readonly StrokePoint[] {
  const amount = 0.11 * chest.anatomy.bone
  const at = from(chest, side, chest.front)
  const lift = chest.acquisition.view === 'AP' ? -0.025 : 0
  return [
    at(0.03, 0.105 + lift, 0.019, amount),
    at(0.09, 0.085 + lift, 0.014, amount),
    at(0.16, 0.06 + lift, 0.012, amount),
    at(0.23, 0.028 + lift, 0.012, amount),
    at(0.3, 0.01, 0.013, amount),
    at(0.36, 0.012, 0.015, amount * 0.9),
  ]
}

/** How far the blade's inner edge stands from the middle, at its top and at its tip. */
function inner(chest: Chest): readonly [number, number] {
  const { chestHalf } = chest.anatomy
  return chest.acquisition.view === 'AP' ? [chestHalf * 0.72, chestHalf * 0.88] : [chestHalf * 0.97, chestHalf * 1.12]
}

function shoulderBlade(chest: Chest, side: Side): readonly (readonly StrokePoint[])[] {
  const amount = 0.036 * chest.anatomy.bone
  const at = from(chest, side, chest.middle)
  const [top, tip] = inner(chest)
  return [
    [at(top, 0.08, 0.008, amount), at(top + 0.005, 0.2, 0.008, amount), at(tip, 0.36, 0.008, amount)],
    [at(tip, 0.36, 0.009, amount * 1.3), at(tip + 0.05, 0.22, 0.011, amount * 1.3), at(0.405, 0.1, 0.014, amount)],
    [at(top, 0.1, 0.009, amount), at(0.3, 0.05, 0.011, amount * 1.2), at(0.4, 0.0, 0.015, amount * 1.2)],
  ]
}

function blade(chest: Chest, side: Side): readonly StrokePoint[] {
  const at = from(chest, side, chest.middle)
  const [top, tip] = inner(chest)
  return [at(top + 0.055, 0.13, 0.07, 0.06), at(tip + 0.025, 0.3, 0.035, 0.05)]
}

function arm(chest: Chest, side: Side): readonly StrokePoint[] {
  const at = from(chest, side, chest.middle)
  const down = chest.acquisition.view === 'AP' ? 0.75 : 0.5
  const thick = 0.085 + 0.03 * chest.anatomy.weight
  return [at(0.45, 0.08, thick, 0.22), at(0.57, 0.3, thick, 0.34), at(0.66, down, thick, 0.4)]
}

function armBone(chest: Chest, side: Side): readonly StrokePoint[] {
  const at = from(chest, side, chest.middle)
  const amount = 0.12 * chest.anatomy.bone
  return [at(0.45, 0.07, 0.027, amount), at(0.505, 0.2, 0.021, amount), at(0.64, 0.6, 0.02, amount)]
}

function armHead(chest: Chest, side: Side): readonly StrokePoint[] {
  const amount = 0.12 * chest.anatomy.bone
  const at = from(chest, side, chest.middle)
  return [at(0.44, 0.04, 0.038, amount), at(0.443, 0.052, 0.038, amount)]
}
