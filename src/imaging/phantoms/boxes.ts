import type { Canvas } from './canvas.ts'

/** In pixels of the film, whole numbers; right and bottom are `x + width` and `y + height`, not included. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The box round all pixels of at least this value. There is one. */
export function boxAround({ size, values }: Pick<Canvas, 'size' | 'values'>, least: number): Box {
  let left = size
  let top = size
  let right = -1
  let bottom = -1
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < least) continue
    const x = i % size
    const y = Math.floor(i / size)
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** Draws something and tells where: the box round all that has three tenths of its strength, or none where it lies off the film. */
export function boxesOf(on: Canvas, draw: () => void): readonly Box[] {
  const before = on.values.slice()
  draw()
  const values = on.values.map((value, i) => Math.abs(value - before[i]!))
  const most = values.reduce((high, value) => Math.max(high, value), 0)
  return most < 0.02 ? [] : [boxAround({ size: on.size, values }, most * 0.3)]
}
