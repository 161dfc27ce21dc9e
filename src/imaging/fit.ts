import type { Contract } from './contract.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rectangle extends Size {
  readonly x: number
  readonly y: number
}

/** Which part of a film lands on which part of the network's square. All members are whole pixels. */
export interface Placement {
  readonly source: Rectangle
  readonly target: Rectangle
}

/** Where a contract's fit puts a film of this size. */
export function placement({ width, height }: Size, { size, fit }: Pick<Contract, 'size' | 'fit'>): Placement {
  const whole = { x: 0, y: 0, width, height }
  const square = { x: 0, y: 0, width: size, height: size }
  if (fit === 'stretch') return { source: whole, target: square }
  if (fit === 'crop') {
    const side = Math.min(width, height)
    return { source: centred(side, side, width, height), target: square }
  }
  const scale = size / Math.max(width, height)
  const scaled = (side: number): number => Math.max(1, Math.round(side * scale))
  return { source: whole, target: centred(scaled(width), scaled(height), size, size) }
}

function centred(width: number, height: number, withinWidth: number, withinHeight: number): Rectangle {
  return { x: Math.floor((withinWidth - width) / 2), y: Math.floor((withinHeight - height) / 2), width, height }
}
