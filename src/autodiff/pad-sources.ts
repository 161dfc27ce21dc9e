import { Problem } from '../core/index.ts'

/** For each place of a padded axis, the place of the axis that it copies. */
export function padSources(size: number, before: number, after: number, mode: string): readonly number[] {
  return Array.from({ length: before + size + after }, (_, at) => source(at - before, size, mode))
}

function source(at: number, size: number, mode: string): number {
  if (at >= 0 && at < size) return at
  switch (mode) {
    case 'edge':
      return at < 0 ? 0 : size - 1
    case 'reflect':
      return at < 0 ? -at : 2 * (size - 1) - at
    case 'wrap':
      return ((at % size) + size) % size
    default:
      throw new Problem(`Cannot differentiate Pad: its mode is "${mode}", constant, edge, reflect or wrap was wanted`)
  }
}
