import { equationOf } from '../../graph/index.ts'
import { eachIndex, generate, offsetOf, stridesOf } from './array.ts'
import type { ReferenceOp } from './call.ts'

/** The sum, over every letter that the output lacks, of the products of what the inputs hold at those letters. */
export const einsum: ReferenceOp = call => {
  const values = call.inputs.map((_, place) => call.input(place))
  const { inputs, output } = equationOf(
    call.string('equation', ''),
    values.map(value => value.shape.length),
  )
  const sizes = new Map<string, number>()
  for (const [place, term] of inputs.entries()) {
    for (const [axis, letter] of [...term].entries()) {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, values[place]!.shape[axis]!))
    }
  }
  const summed = [...sizes.keys()].filter(letter => !output.includes(letter))
  const order = [...output, ...summed]
  const looks = values.map((value, place) => {
    const strides = stridesOf(value.shape)
    const from = [...inputs[place]!].map(letter => order.indexOf(letter))
    return (index: readonly number[]): number =>
      value.data[
        offsetOf(
          from.map((at, axis) => (value.shape[axis] === 1 ? 0 : index[at]!)),
          strides,
        )
      ]!
  })
  const sizeOf = (letter: string): number => sizes.get(letter)!
  return generate(values[0]!.dtype, [...output].map(sizeOf), outer => {
    let sum = 0
    eachIndex(summed.map(sizeOf), inner => {
      const index = [...outer, ...inner]
      sum += looks.reduce((product, look) => product * look(index), 1)
    })
    return sum
  })
}
