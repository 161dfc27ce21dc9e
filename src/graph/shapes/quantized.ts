import type { ShapeRule } from './rule.ts'
import { known } from './rule.ts'
import { conv } from './spatial.ts'

/** Floats in, whole numbers of the zero point's type out: uint8 when there is none. */
export const quantizeLinear: ShapeRule = at => [known(at.has(2) ? at.input(2).dtype : 'uint8', at.input(0).shape)]

/** Whole numbers in, floats of the scale's type out. */
export const dequantizeLinear: ShapeRule = at => [known(at.input(1).dtype, at.input(0).shape)]

/** Image and weight stand at places 0 and 3, each followed by its scale and zero point; then those of the output, and the bias. */
export const qLinearConv: ShapeRule = at => {
  const places = [0, 3]
  const [result] = conv({
    ...at,
    node: { ...at.node, inputs: places.map(place => at.node.inputs[place] ?? '') },
    input: index => known(undefined, at.input(places[index] ?? 0).shape),
  })
  return [known(at.input(7).dtype, result?.shape)]
}
