import { elements, Problem } from '../core/index.ts'
import { dtypeCodes, int, intOf, type Node, stringOf } from '../graph/index.ts'
import { knownSizes } from './expressions.ts'
import { axisOf } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor } from './gradient-rule.ts'
import { addAlong, scatterAdd } from './scatter.ts'

/** Each slice's gradient is added to the place it was taken from. */
const gather: GradientRule = at => {
  const { e, node } = at
  const [x, indices] = [node.inputs[0]!, node.inputs[1]!]
  const dims = e.dims(x)
  const axis = axisOf(intOf(node, 'axis', 0), dims.length)
  const long = e.node('Cast', [e.reshape(indices, [-1])], { to: int(dtypeCodes.int64) })
  const inOneAxis = dims.map((size, at_) => (at_ === axis ? -1 : size))
  const open = inOneAxis.filter(size => typeof size === 'string').length
  if (open > 1 || inOneAxis.includes('?')) {
    throw new Problem('Cannot differentiate Gather: the sizes of the axes that it keeps must be known')
  }
  return [addAlong(e, e.zerosLike(x), axis, long, flattenedIndices(at, gradientOf(at), axis))]
}

/** The gradient [… indices …] with the axes of the indices as one, at `axis`. */
function flattenedIndices({ e, node }: Backward, g: string, axis: number): string {
  const dims = e.dims(node.inputs[0]!)
  const count = knownSizes(e.dims(node.inputs[1]!))
  const sizes = dims.map((size, place) => {
    if (place === axis) return count === undefined ? -1 : elements(count)
    return typeof size === 'number' ? size : -1
  })
  if (sizes.filter(size => size === -1).length < 2) return e.reshape(g, sizes)
  throw new Problem('Cannot differentiate Gather: its indices and one of the axes that it keeps have no known size')
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
