import { Problem } from '../core/index.ts'
import { int, ints, stringOf } from '../graph/index.ts'
import { geometryOf, weightSizes } from './convolution-geometry.ts'
import { convolutionInputGradient } from './convolution-input.ts'
import { convolutionWeightGradient } from './convolution-weight.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'

/** Everything but the channel. */
function biasGradient({ e }: Backward, g: string): string {
  return e.sum(
    g,
    e.dims(g).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  )
}

const conv: GradientRule = at => {
  const { e, node } = at
  const [x, weight, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!]
  const g = gradientOf(at)
  const geometry = geometryOf(e, node, x, y, weightSizes(e, node, weight).slice(2))
  return [
    at.wants(0) ? convolutionInputGradient(e, g, weight, geometry) : undefined,
    at.wants(1) ? convolutionWeightGradient(e, x, g, geometry) : undefined,
    at.wants(2) ? biasGradient(at, g) : undefined,
  ]
}

/** The transposed convolution is a convolution backwards: input and output change roles. */
const convTranspose: GradientRule = at => {
  const { e, node } = at
  if (node.attributes['output_shape'] !== undefined || stringOf(node, 'auto_pad', 'NOTSET') !== 'NOTSET') {
    throw new Problem('Cannot differentiate ConvTranspose: it has an output_shape or auto_pad, pads were wanted')
  }
  const [x, weight, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!]
  const g = gradientOf(at)
  const geometry = geometryOf(e, node, y, x, weightSizes(e, node, weight).slice(2))
  const ofInput = (): string =>
    e.node('Conv', [g, weight], {
      kernel_shape: ints(geometry.kernel),
      strides: ints(geometry.strides),
      dilations: ints(geometry.dilations),
      group: int(geometry.group),
      pads: ints([...geometry.padsBefore, ...geometry.padsAfter.map(pad => Math.max(0, pad))]),
    })
  return [
    at.wants(0) ? ofInput() : undefined,
    at.wants(1) ? convolutionWeightGradient(e, g, x, geometry) : undefined,
    at.wants(2) ? biasGradient(at, g) : undefined,
  ]
}

export const convolutionRules: RulesFor<'Conv' | 'ConvTranspose'> = { Conv: conv, ConvTranspose: convTranspose }
