import { Problem } from '../core/index.ts'
import { int, intOf, intsOf, stringOf } from '../graph/index.ts'
import { sumTo } from './broadcasting.ts'
import { knownSizes } from './expressions.ts'
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
  /** As stated: below zero from the end. */
  readonly start: number
  readonly step: number
}

function cutsOf(at: Backward): readonly Cut[] {
  const starts = fixedInput(at, 1, 'starts') ?? []
  const steps = fixedInput(at, 4, 'steps') ?? starts.map(() => 1)
  const axes = fixedInput(at, 3, 'axes') ?? starts.map((_, axis) => axis)
  const rank = at.e.dims(at.node.inputs[0]!).length
  return starts.map((start, place) => ({ axis: axisOf(axes[place]!, rank), start, step: steps[place]! }))
}

/** Zeros round what was cut out; where the cut made steps, each slice goes back to its place. */
const slice: GradientRule = at => {
  const { e, node } = at
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const cuts = cutsOf(at)
  const stepped = cuts.filter(({ step }) => step !== 1)
  const g = stepped.reduce((spread, cut) => spreadAlong(at, spread, cut), gradientOf(at))
  const plain = cuts.filter(({ step }) => step === 1)
  const sizes = (value: string): readonly (number | string)[] => plain.map(({ axis }) => e.dims(value)[axis]!)
  const [before, after] = [knownSizes(sizes(x)), knownSizes(sizes(y))]
  if (before === undefined || after === undefined) {
    return [plain.length === 0 ? g : e.node('Pad', [g, roundAtRuntime(at, plain)])]
  }
  const pads = e.dims(x).flatMap(() => [0, 0])
  for (const [place, { axis, start }] of plain.entries()) {
    const first = clamped(start, before[place]!, 1)
    pads[axis] = first
    pads[axis + pads.length / 2] = before[place]! - after[place]! - first
  }
  return [pads.every(pad => pad === 0) ? g : e.node('Pad', [g, e.integers(pads)])]
}

/** The first place of a cut through an axis of a known size. */
function clamped(start: number, size: number, step: number): number {
  return Math.min(Math.max(start < 0 ? start + size : start, 0), step > 0 ? size : size - 1)
}

/** How many zeros belong round what was cut, as a vector that is computed from the shapes. */
function roundAtRuntime({ e, node }: Backward, cuts: readonly Cut[]): string {
  const [whole, part] = [e.node('Shape', [node.inputs[0]!]), e.node('Shape', [node.outputs[0]!])]
  const rank = e.dims(node.inputs[0]!).length
  const zero = e.integers([0])
  const first = (axis: number): string => {
    const start = cuts.find(cut => cut.axis === axis)?.start ?? 0
    if (start >= 0) return e.integers([start])
    return e.node('Max', [e.add(e.node('Gather', [whole, e.integers([axis])]), e.integers([start])), zero])
  }
  const before = e.node(
    'Concat',
    Array.from({ length: rank }, (_, axis) => first(axis)),
    { axis: int(0) },
  )
  return e.node('Concat', [before, e.sub(e.sub(whole, part), before)], { axis: int(0) })
}

/** Adds the slices of a cut in steps to their places in zeros. */
function spreadAlong(at: Backward, g: string, { axis, start, step }: Cut): string {
  const { e, node } = at
  const size = fixedSize(at, node.inputs[0]!, axis)
  const count = fixedSize(at, node.outputs[0]!, axis)
  const first = clamped(start, size, step)
  const dims = e.dims(g)
  const grow = dims.map((_, place) => (place === axis ? size - count : 0))
  const zeros = e.node('Pad', [e.zerosLike(g), e.integers([...dims.map(() => 0), ...grow])])
  return addAlong(e, zeros, axis, e.integers(Array.from({ length: count }, (_, place) => first + place * step)), g)
}

/** With constant padding the core is cut out; with the other modes, each number's copies are added up. */
const pad: GradientRule = at => {
  const { e, node } = at
  const x = node.inputs[0]!
  const rank = e.dims(x).length
  if (cropsAtRuntime(at)) return [croppedAtRuntime(at)]
  const pads = fixedInput(at, 1, 'pads') ?? []
  const axes = fixedInput(at, 3, 'axes')?.map(axis => axisOf(axis, rank)) ?? e.dims(x).map((_, axis) => axis)
  const mode = stringOf(node, 'mode', 'constant')
  const padded = axes
    .map((axis, place) => ({ axis, before: pads[place]!, after: pads[place + axes.length]! }))
    .filter(({ before, after }) => before !== 0 || after !== 0)
  if (padded.some(({ before, after }) => before < 0 || after < 0)) {
    throw new Problem('Cannot differentiate Pad: it cuts with negative pads, Slice was wanted for that')
  }
  return [mode === 'constant' ? cropped(at, padded) : folded(at, padded, mode)]
}

/** Pads that are computed are no obstacle where zeros were added on all axes. */
function cropsAtRuntime({ e, node }: Backward): boolean {
  const computed = e.fixed(node.inputs[1] ?? '') === undefined
  return computed && stringOf(node, 'mode', 'constant') === 'constant' && (node.inputs[3] ?? '') === ''
}

function croppedAtRuntime(at: Backward): string {
  const { e, node } = at
  const x = node.inputs[0]!
  const before = e.slice(node.inputs[1]!, [0], [0], [e.dims(x).length])
  return e.node('Slice', [gradientOf(at), before, e.add(before, e.node('Shape', [x]))])
}

interface Padding {
  readonly axis: number
  readonly before: number
  readonly after: number
}

function cropped(at: Backward, padded: readonly Padding[]): string {
  const { e } = at
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
  // One size may be left open.
  const open = dims.findIndex(size => typeof size === 'string')
  const sizes = dims.flatMap((_, axis) => [repeats[axis]!, axis === open ? -1 : fixedSize(at, node.inputs[0]!, axis)])
  const copies = e.sum(
    e.reshape(gradientOf(at), sizes),
    dims.map((_, axis) => 2 * axis),
  )
  return [copies]
}

/** [N, C, H, W] with the blocks' rows and columns out of the channels: turned round axis by axis. */
const depthToSpace: GradientRule = at => {
  const { e, node } = at
  const [x, g] = [node.inputs[0]!, gradientOf(at)]
  const blocksize = intOf(node, 'blocksize', 1)
  if (stringOf(node, 'mode', 'DCR') === 'DCR') return [e.node('SpaceToDepth', [g], { blocksize: int(blocksize) })]
  const [channels, height, width] = [fixedSize(at, x, 1), fixedSize(at, x, 2), fixedSize(at, x, 3)]
  const apart = e.reshape(g, [-1, channels / blocksize ** 2, height, blocksize, width, blocksize])
  return [e.reshapeLike(e.transpose(apart, [0, 1, 3, 5, 2, 4]), x)]
}

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
