import { Problem } from '../core/index.ts'
import { int, intOf, intsOf, stringOf } from '../graph/index.ts'
import { sumTo } from './broadcasting.ts'
import { axisOf, fixedInput, fixedSize } from './fixed.ts'
import { type Backward, type GradientRule, gradientOf, type RulesFor, rearranged, unary } from './gradient-rule.ts'
import { padSources } from './pad-sources.ts'
import { addAlong } from './scatter.ts'

/** Further than any axis reaches: "to the end" in Slice. */
const end = 2 ** 31 - 1

const transpose: GradientRule = unary((e, { node, x, g }) => {
  const rank = e.dims(x).length
  const order = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
  return e.transpose(
    g,
    order.map((_, axis) => order.indexOf(axis)),
  )
})

const concat: GradientRule = at => {
  const { e, node } = at
  const g = gradientOf(at)
  if (node.inputs.length === 1) return [g]
  const axis = axisOf(intOf(node, 'axis', 0), e.dims(g).length)
  return e.build.nodes('Split', [g, sizesAlong(at, node.inputs, axis)], { axis: int(axis) }, node.inputs.length)
}

/** The sizes along an axis as an int64 vector. */
function sizesAlong({ e }: Backward, values: readonly string[], axis: number): string {
  const sizes = values.map(value => e.dims(value)[axis])
  const known = sizes.filter(size => typeof size === 'number')
  if (known.length === sizes.length) return e.integers(known)
  const parts = values.map(value => e.node('Gather', [e.shapeOf(value), e.integers([axis])]))
  return e.node('Concat', parts, { axis: int(0) })
}

const split: GradientRule = at => {
  const { e, node } = at
  const parts = node.outputs.map((output, place) => at.gradients[place] ?? e.zerosLike(output))
  return [e.node('Concat', parts, { axis: int(intOf(node, 'axis', 0)) })]
}

interface Cut {
  readonly axis: number
  readonly size: number
  readonly start: number
  readonly step: number
  readonly count: number
}

function cutsOf(at: Backward): readonly Cut[] {
  const [x, y] = [at.node.inputs[0]!, at.node.outputs[0]!]
  const starts = fixedInput(at, 1, 'starts') ?? []
  const steps = fixedInput(at, 4, 'steps') ?? starts.map(() => 1)
  const axes = fixedInput(at, 3, 'axes') ?? starts.map((_, axis) => axis)
  return starts.map((given, place) => {
    const axis = axisOf(axes[place]!, at.e.dims(x).length)
    const size = fixedSize(at, x, axis)
    const step = steps[place]!
    const start = Math.min(Math.max(given < 0 ? given + size : given, 0), step > 0 ? size : size - 1)
    return { axis, size, start, step, count: fixedSize(at, y, axis) }
  })
}

/** Zeros round what was cut out; where the cut made steps, each slice goes back to its place. */
const slice: GradientRule = at => {
  const { e } = at
  const x = at.node.inputs[0]!
  const cuts = cutsOf(at).filter(cut => cut.count !== cut.size || cut.step !== 1)
  const before = e.dims(x).map(() => 0)
  const after = e.dims(x).map(() => 0)
  let g = gradientOf(at)
  for (const { axis, size, start, step, count } of cuts) {
    if (step === 1) {
      before[axis] = start
      after[axis] = size - start - count
    } else {
      g = spreadAlong(
        at,
        g,
        axis,
        size,
        Array.from({ length: count }, (_, place) => start + place * step),
      )
    }
  }
  return [[...before, ...after].every(pad => pad === 0) ? g : e.node('Pad', [g, e.integers([...before, ...after])])]
}

/** Adds slices along an axis to their places in zeros of `size`. */
function spreadAlong({ e }: Backward, g: string, axis: number, size: number, places: readonly number[]): string {
  const dims = e.dims(g)
  const one = dims.map((_, at) => (at === axis ? 1 : 0))
  const pads = [...dims.map(() => 0), ...one.map((is, at) => (is === 1 ? size - Number(dims[at]) : 0))]
  const grown = e.node('Pad', [e.zerosLike(g), e.integers(pads)])
  return addAlong(e, grown, axis, e.integers(places), g)
}

/** With constant padding the core is cut out; with the other modes, each number's copies are added up. */
const pad: GradientRule = at => {
  const { e, node } = at
  const x = node.inputs[0]!
  const rank = e.dims(x).length
  const pads = fixedInput(at, 1, 'pads') ?? []
  const axes = fixedInput(at, 3, 'axes')?.map(axis => axisOf(axis, rank)) ?? e.dims(x).map((_, axis) => axis)
  const mode = stringOf(node, 'mode', 'constant')
  const padded = axes
    .map((axis, place) => ({ axis, before: pads[place]!, after: pads[place + axes.length]! }))
    .filter(({ before, after }) => before !== 0 || after !== 0)
  return [mode === 'constant' ? cropped(at, padded) : folded(at, padded, mode)]
}

interface Padding {
  readonly axis: number
  readonly before: number
  readonly after: number
}

function cropped(at: Backward, padded: readonly Padding[]): string {
  const { e } = at
  if (padded.some(({ before, after }) => before < 0 || after < 0)) {
    throw new Problem('Cannot differentiate Pad: it cuts with negative pads, Slice was wanted for that')
  }
  if (padded.length === 0) return gradientOf(at)
  return e.slice(
    gradientOf(at),
    padded.map(({ axis }) => axis),
    padded.map(({ before }) => before),
    padded.map(({ after }) => (after === 0 ? end : -after)),
  )
}

function folded(at: Backward, padded: readonly Padding[], mode: string): string {
  const { e } = at
  return padded.reduce((g, { axis, before, after }) => {
    const size = fixedSize(at, at.node.inputs[0]!, axis)
    const core = e.slice(g, [axis], [before], [before + size])
    return addAlong(e, e.zerosLike(core), axis, e.integers(padSources(size, before, after, mode)), g)
  }, gradientOf(at))
}

/** Copies are laid side by side on axes of their own and added up. */
const tile: GradientRule = at => {
  const { e, node } = at
  const dims = e.dims(node.inputs[0]!)
  const repeats = fixedInput(at, 1, 'repeats') ?? []
  const sizes = dims.flatMap((size, axis) => [repeats[axis]!, typeof size === 'number' ? size : -1])
  const copies = e.sum(
    e.reshape(gradientOf(at), sizes),
    dims.map((_, axis) => 2 * axis),
  )
  return [copies]
}

/** [N, C, H, W] with the blocks' rows and columns out of the channels: turned round axis by axis. */
const depthToSpace: GradientRule = unary((e, { node, x, g }) => {
  const blocksize = intOf(node, 'blocksize', 1)
  if (stringOf(node, 'mode', 'DCR') === 'DCR') return e.node('SpaceToDepth', [g], { blocksize: int(blocksize) })
  const [, channels, height, width] = e.dims(x).map(Number) as [number, number, number, number]
  const apart = e.reshape(g, [-1, channels / blocksize ** 2, height, blocksize, width, blocksize])
  return e.reshapeLike(e.transpose(apart, [0, 1, 3, 5, 2, 4]), x)
})

const spaceToDepth: GradientRule = unary((e, { node, g }) =>
  e.node('DepthToSpace', [g], { blocksize: int(intOf(node, 'blocksize', 1)) }),
)

/** What was left out gets nothing. */
const trilu: GradientRule = unary((e, { node, g }) => e.node('Trilu', [g, ...node.inputs.slice(1)], node.attributes))

export const movementRules: RulesFor<
  | 'Concat'
  | 'DepthToSpace'
  | 'Expand'
  | 'Flatten'
  | 'Pad'
  | 'Reshape'
  | 'Slice'
  | 'SpaceToDepth'
  | 'Split'
  | 'Squeeze'
  | 'Tile'
  | 'Transpose'
  | 'Trilu'
  | 'Unsqueeze'
> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: unary((e, { x, y, g }) => sumTo(e, g, y, x)),
  Flatten: rearranged,
  Pad: pad,
  Reshape: rearranged,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: rearranged,
  Tile: tile,
  Transpose: transpose,
  Trilu: trilu,
  Unsqueeze: rearranged,
}
