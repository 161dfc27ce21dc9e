import type { Dimension } from '../graph/index.ts'
import { intsOf, type Node, windowOf } from '../graph/index.ts'
import { knownSizes } from './expressions.ts'

/**
 * The window's size along each axis where the windows of a pooling lie side by side, like tiles, and cover all of the input;
 * undefined where they overlap, leave gaps, are padded, or their sizes are not known.
 */
export function tilesOf(
  node: Node,
  input: readonly Dimension[],
  output: readonly Dimension[],
): readonly number[] | undefined {
  const [before, after] = [knownSizes(input.slice(2)), knownSizes(output.slice(2))]
  const kernel = intsOf(node, 'kernel_shape')
  if (before === undefined || after === undefined || kernel === undefined) return undefined
  const window = windowOf(node, kernel, before)
  const tiled = kernel.every(
    (size, axis) =>
      window?.strides[axis] === size && window.dilations[axis] === 1 && before[axis] === after[axis]! * size,
  )
  return tiled && window?.pads.every(pad => pad === 0) ? kernel : undefined
}
