import { elements, Problem } from '../core/index.ts'
import { dtypeCodes, int, intOf, type Node, stringOf } from '../graph/index.ts'
import { knownSizes } from './expressions.ts'
import { axisOf } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'
import { addAlong, scatterAdd } from './scatter.ts'

/** Each slice's gradient is added to the place it was taken from; a single slice only has zeros laid round it. */
const gather: GradientRule = at => {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.inputs[1]!]
  const dims = e.dims(x)
  const axis = axisOf(intOf(node, 'axis', 0), dims.length)
  const g = inOneAxis(at, axis)
  const size = dims[axis]
  const places = e.fixed(indices)
  if (places?.length === 1 && typeof size === 'number') {
    const before = axisOf(places[0]!, size)
    const around = (count: number): readonly number[] => dims.map((_, place) => (place === axis ? count : 0))
    return [size === 1 ? g : e.node('Pad', [g, e.integers([...around(before), ...around(size - 1 - before)])])]
  }
  const long = e.node('Cast', [e.reshape(indices, [-1])], { to: int(dtypeCodes.int64) })
  return [addAlong(e, e.zerosLike(x), axis, long, g)]
}

/** The gradient of a Gather with all axes of the indices as one, at the axis that was gathered from. */
function inOneAxis(at: Backward, axis: number): string {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.inputs[1]!]
  const g = gradientOf(at)
  const rank = e.dims(indices).length
  if (rank === 1) return g
  if (rank === 0) return e.node('Unsqueeze', [g, e.integers([axis])])
  const count = knownSizes(e.dims(indices))
  const kept = e.dims(x).map((size, place) => (place === axis ? (count === undefined ? -1 : elements(count)) : size))
  const sizes = kept.map(size => (typeof size === 'number' ? size : -1))
  if (sizes.filter(size => size === -1).length < 2) return e.reshape(g, sizes)
  const shape = e.shapeOf(x)
  const part = (start: number, end: number): string => e.slice(shape, [0], [start], [end])
  return e.node('Reshape', [
    g,
    e.node('Concat', [part(0, axis), e.integers([-1]), part(axis + 1, sizes.length)], { axis: int(0) }),
  ])
}

const gatherElements: GradientRule = at => {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.inputs[1]!]
  return [scatterAdd(e, e.zerosLike(x), indices, gradientOf(at), axisOf(intOf(node, 'axis', 0), e.dims(x).length))]
}

/** The named places become places of one axis, so that what was taken twice is added twice. */
const gatherND: GradientRule = at => {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.inputs[1]!]
  const dims = e.dims(x)
  const depth = e.dims(indices).at(-1)
  const leading = typeof depth === 'number' ? knownSizes(dims.slice(0, depth)) : undefined
  if (intOf(node, 'batch_dims', 0) !== 0 || leading === undefined) {
    throw new Problem(
      'Cannot differentiate GatherND: it has batch_dims, or the sizes that its indices run over are not known',
    )
  }
  const rest = dims.slice(leading.length)
  const strides = leading.map((_, axis) => elements(leading.slice(axis + 1)))
  // Mod also turns what counts from the end.
  const inside = e.node('Mod', [e.node('Cast', [indices], { to: int(dtypeCodes.int64) }), e.integers(leading)])
  const flat = e.reshape(e.sum(e.mul(inside, e.integers(strides)), [e.dims(indices).length - 1]), [-1])
  const count = knownSizes(e.dims(indices).slice(0, -1))
  const tail = rest.map(size => (typeof size === 'number' ? size : -1))
  const inOne = (value: string, first: number): string => e.reshape(value, [first, ...tail])
  if (tail.filter(size => size === -1).length + (count === undefined ? 1 : 0) > 1) {
    throw new Problem('Cannot differentiate GatherND: more than one of the sizes that it keeps is not known')
  }
  const zeros = inOne(e.zerosLike(x), elements(leading))
  const added = addAlong(e, zeros, 0, flat, inOne(gradientOf(at), count === undefined ? -1 : elements(count)))
  return [e.reshapeLike(added, x)]
}

/** What was written over has no part in the output; with `add` it has. */
function reductionOf(node: Node): 'none' | 'add' {
  const reduction = stringOf(node, 'reduction', 'none')
  if (reduction === 'none' || reduction === 'add') return reduction
  throw new Problem(`Cannot differentiate ${node.op}: its reduction is "${reduction}", none or add was wanted`)
}

const scatterElements: GradientRule = at => {
  const { e, node } = at
  const [indices, updates] = [node.inputs[1]!, node.inputs[2]!]
  const g = gradientOf(at)
  const axis = int(intOf(node, 'axis', 0))
  const adds = reductionOf(node) === 'add'
  const erased = (): string => e.node('ScatterElements', [g, indices, e.zerosLike(updates)], { axis })
  return [
    at.wants(0) ? (adds ? g : erased()) : undefined,
    undefined,
    at.wants(2) ? e.node('GatherElements', [g, indices], { axis }) : undefined,
  ]
}

const scatterND: GradientRule = at => {
  const { e, node } = at
  const [indices, updates] = [node.inputs[1]!, node.inputs[2]!]
  const g = gradientOf(at)
  const adds = reductionOf(node) === 'add'
  const erased = (): string => e.node('ScatterND', [g, indices, e.zerosLike(updates)])
  return [
    at.wants(0) ? (adds ? g : erased()) : undefined,
    undefined,
    at.wants(2) ? e.node('GatherND', [g, indices]) : undefined,
  ]
}

export const indexingRules: RulesFor<'Gather' | 'GatherElements' | 'GatherND' | 'ScatterElements' | 'ScatterND'> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
}
