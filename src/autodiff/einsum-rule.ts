import { Problem } from '../core/index.ts'
import { equationOf, string_, stringOf } from '../graph/index.ts'
import { type Backward, type GradientRule, gradientOf } from './gradient-rule.ts'

/**
 * The gradient of one factor is the Einsum of the output's gradient and the other factors. A letter that only this factor
 * has was summed, so its gradient is the same along that axis; an axis of size 1 that was stretched is summed.
 */
export const einsumRule: GradientRule = at => {
  const { e, node } = at
  const text = stringOf(node, 'equation', '')
  const { inputs, output } = equationOf(
    text,
    node.inputs.map(input => e.dims(input).length),
  )
  const diagonal = inputs.find(term => new Set(term).size < term.length)
  if (diagonal !== undefined) {
    throw new Problem(`Cannot differentiate Einsum "${text}": a letter stands twice in one term, once was wanted`)
  }
  return inputs.map((_, place) => (at.wants(place) ? ofFactor(at, inputs, output, place) : undefined))
}

function ofFactor(at: Backward, inputs: readonly string[], output: string, place: number): string {
  const { e, node } = at
  const x = node.inputs[place]!
  const term = inputs[place]!
  const others = inputs.flatMap((other, i) => (i === place ? [] : [{ term: other, value: node.inputs[i]! }]))
  const factors = [{ term: output, value: gradientOf(at) }, ...others]
  const sizesOf = (letter: string): readonly (number | string)[] =>
    factors.flatMap(factor => e.dims(factor.value).filter((_, axis) => factor.term[axis] === letter))
  const kept = [...term].filter((letter, axis) => {
    const sizes = sizesOf(letter)
    return sizes.length > 0 && !(e.dims(x)[axis] === 1 && sizes.some(size => size !== 1))
  })
  const equation = `${factors.map(factor => factor.term).join(',')}->${kept.join('')}`
  const found = e.node(
    'Einsum',
    factors.map(factor => factor.value),
    { equation: string_(equation) },
  )
  const lost = [...term].flatMap((letter, axis) => (kept.includes(letter) ? [] : [axis]))
  const whole = lost.length === 0 ? found : e.node('Unsqueeze', [found, e.integers(lost)])
  return e.expandLike(whole, x)
}
