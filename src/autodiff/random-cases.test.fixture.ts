import { elements, float32, int64, type Random, random, type Tensor, tensor } from '../core/index.ts'
import {
  type Attributes,
  type Dimension,
  float,
  int,
  ints,
  type Shape,
  scalarFunctions,
  string_,
} from '../graph/index.ts'
import type { GradientCase, Input } from './gradient-cases.test.fixture.ts'

/** What a generator draws from. Sizes that are only names in the graph are remembered with their numbers. */
interface Draw {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  chance(share: number): boolean
  one<T>(items: readonly T[]): T
  some<T>(items: readonly T[], count: number): readonly T[]
  /** Sizes from 1 to `most`, many of them 1. */
  sizes(rank: number, most?: number): number[]
  /** Some of the sizes as names: what is not known before the graph runs. */
  named(sizes: readonly number[]): Shape
  readonly names: Record<string, number>
}

type Generator = (d: Draw) => Omit<GradientCase, 'op' | 'title'>

function drawing(from: Random): Draw {
  const names: Record<string, number> = {}
  const between = (low: number, high: number): number => low + from.integer(high - low + 1)
  const chance = (share: number): boolean => from.uniform() < share
  const nameOf = (size: number): string => {
    const name = `S${Object.keys(names).length}`
    names[name] = size
    return name
  }
  return {
    names,
    between,
    chance,
    one: items => items[from.integer(items.length)]!,
    some: (items, count) => from.shuffle(items).slice(0, count),
    sizes: (rank, most = 4) => Array.from({ length: rank }, () => (chance(0.25) ? 1 : between(1, most))),
    named: sizes => (chance(0.5) ? sizes : sizes.map(size => (chance(0.4) ? nameOf(size) : size))),
  }
}

/** One case of an operator. The same seed gives the same case. */
export function randomCase(op: string, seed: number): GradientCase {
  const generator = generators[op]
  if (generator === undefined) throw new Error(`there is no generator of random cases for "${op}"`)
  const d = drawing(random(seed, 'random case', op))
  return { op, title: `of seed ${seed}`, ...generator(d), sizes: d.names, seed }
}

const longs = (...values: readonly number[]): Tensor => int64([values.length], values)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)
const positive = (shape: Shape): Input => ({ shape, range: [0.3, 2] })

/** Shapes that broadcast to one: each drops leading axes or has 1 in place of a size. */
function stretching(d: Draw, count: number): readonly Shape[] {
  const whole = d.named(d.sizes(d.between(0, 4)))
  return upTo(count).map(() => {
    const part = d.chance(0.5) ? whole : whole.slice(d.between(0, whole.length))
    return part.map(size => (d.chance(0.25) ? (d.chance(0.3) ? d.named([1])[0]! : 1) : size))
  })
}

/** The axis itself or counted from the end. */
const eitherWay = (d: Draw, axis: number, rank: number): number => (d.chance(0.5) ? axis : axis - rank)

const pairOf =
  (make: (shape: Shape, place: number) => Input = shape => shape): Generator =>
  d => ({ inputs: stretching(d, 2).map(make) })
const several: Generator = d => ({ inputs: stretching(d, d.between(1, 4)) })

/** A value of at least `least` axes and one of them. */
function withAxis(d: Draw, least = 1, most = 4): { readonly shape: number[]; readonly axis: number } {
  const shape = d.sizes(d.between(least, most))
  return { shape, axis: d.between(0, shape.length - 1) }
}

const alongAxis: Generator = d => {
  const { shape, axis } = withAxis(d)
  return { inputs: [d.named(shape)], attributes: { axis: int(eitherWay(d, axis, shape.length)) } }
}

const scalar =
  (op: string): Generator =>
  d => {
    const { domain, kinks = [], since } = scalarFunctions[op]!
    const shape = d.named(d.sizes(d.between(0, 4)))
    const inputs: Input[] = [{ shape, range: domain ?? [-1.3, 1.2], kinks }]
    const attributes = op === 'Gelu' && d.chance(0.5) ? { approximate: string_('tanh') } : alphaOf(d, op)
    return { inputs, attributes, opset: since === undefined ? 17 : Math.max(17, since) }
  }

function alphaOf(d: Draw, op: string): Attributes {
  return ['Celu', 'Elu', 'LeakyRelu'].includes(op) && d.chance(0.5) ? { alpha: float(d.between(1, 12) / 8) } : {}
}

/** Axes as an attribute, or as an input where the operator set has that. */
const reduction =
  (op: string, make: (shape: Shape) => Input = shape => shape): Generator =>
  d => {
    const shape = d.sizes(d.between(0, 4), 3)
    const rank = shape.length
    const axes = d.some(upTo(rank), d.between(0, rank)).map(axis => eitherWay(d, axis, rank))
    const asInput = op === 'ReduceSum' || d.chance(0.5)
    const attributes: Attributes = {
      keepdims: int(d.between(0, 1)),
      ...(asInput || axes.length === 0 ? {} : { axes: ints(axes) }),
      ...(asInput && op !== 'ReduceMax' && op !== 'ReduceMin' && d.chance(0.3) ? { noop_with_empty_axes: int(1) } : {}),
    }
    const noop = attributes['noop_with_empty_axes'] !== undefined && axes.length === 0
    const plain = noop && op !== 'ReduceSum' && op !== 'ReduceMean' && op !== 'ReduceProd'
    return {
      inputs: [make(d.named(shape)), ...(asInput && axes.length > 0 ? [longs(...axes)] : [])],
      attributes: plain ? { keepdims: int(1) } : attributes,
      opset: asInput ? 18 : 17,
    }
  }

/** A window that fits into spatial sizes, with everything that moves it. */
function windowFor(
  d: Draw,
  rank: number,
): { readonly spatial: number[]; readonly kernel: number[]; readonly how: Attributes } {
  const kernel = upTo(rank).map(() => d.between(1, 3))
  const dilations = upTo(rank).map(() => d.between(1, 2))
  const strides = upTo(rank).map(() => d.between(1, 3))
  const pads = upTo(2 * rank).map(at => d.between(0, kernel[at % rank]! - 1))
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1)
  const spatial = reach.map(size => size + d.between(0, 3))
  return { spatial, kernel, how: { strides: ints(strides), dilations: ints(dilations), pads: ints(pads) } }
}

const conv: Generator = d => {
  const { spatial, kernel, how } = windowFor(d, d.between(1, 2))
  const group = d.between(1, 3)
  const [channels, filters] = [group * d.between(1, 2), group * d.between(1, 2)]
  const bias = d.chance(0.5) ? [[filters]] : []
  return {
    inputs: [['N', channels, ...spatial], [filters, channels / group, ...kernel], ...bias],
    attributes: { ...how, group: int(group) },
  }
}

const convTranspose: Generator = d => {
  const rank = d.between(1, 2)
  const kernel = upTo(rank).map(() => d.between(1, 3))
  const strides = upTo(rank).map(() => d.between(1, 3))
  const group = d.between(1, 2)
  const [channels, filters] = [group * d.between(1, 2), d.between(1, 2)]
  const extra = strides.map(stride => d.between(0, stride - 1))
  const pads = upTo(2 * rank).map(at => d.between(0, Math.floor((kernel[at % rank]! - 1) / 2)))
  return {
    inputs: [
      ['N', channels, ...upTo(rank).map(() => d.between(1, 4))],
      [channels, filters, ...kernel],
    ],
    attributes: { strides: ints(strides), group: int(group), output_padding: ints(extra), pads: ints(pads) },
  }
}

const pool =
  (op: string): Generator =>
  d => {
    const { spatial, kernel, how } = windowFor(d, d.between(1, 2))
    const tiled = d.chance(0.3)
    const { dilations: _none, ...moving } = how
    const attributes: Attributes = tiled
      ? { strides: ints(kernel) }
      : { ...(op === 'MaxPool' ? how : moving), ceil_mode: int(d.between(0, 1)) }
    const counted = op === 'AveragePool' && d.chance(0.5) ? { count_include_pad: int(1) } : {}
    const size = tiled ? kernel.map(width => width * d.between(1, 3)) : spatial
    return {
      inputs: [['N', d.between(1, 3), ...size]],
      attributes: { kernel_shape: ints(kernel), ...attributes, ...counted },
    }
  }

const gemm: Generator = d => {
  const [rows, inner, columns] = [d.between(1, 4), d.between(1, 4), d.between(1, 4)]
  const [transA, transB] = [d.between(0, 1), d.between(0, 1)]
  const bias = d.one([
    [],
    [[]],
    [[columns]],
    [[rows, 1]],
    [[1, columns]],
    [[rows, columns]],
  ] as readonly (readonly Shape[])[])
  return {
    inputs: [transA ? [inner, rows] : [rows, inner], transB ? [columns, inner] : [inner, columns], ...bias],
    attributes: {
      transA: int(transA),
      transB: int(transB),
      alpha: float(d.between(1, 8) / 4),
      beta: float(d.between(1, 8) / 4),
    },
  }
}

const matMul: Generator = d => {
  const [rows, inner, columns] = [d.between(1, 3), d.between(1, 3), d.between(1, 3)]
  const [batchA, batchB] = stretching({ ...d, sizes: rank => d.sizes(Math.min(rank, 2), 3) }, 2)
  const left: Shape = d.chance(0.15) ? [inner] : [...(d.chance(0.3) ? [] : batchA!), rows, inner]
  const right: Shape = d.chance(0.15) ? [inner] : [...(d.chance(0.5) ? [] : batchB!), inner, columns]
  return { inputs: [left, right] }
}

const einsum: Generator = d => {
  const letters = [...'abcde'].slice(0, d.between(2, 5))
  const sizes = Object.fromEntries(letters.map(letter => [letter, d.between(1, 3)]))
  const terms = upTo(d.between(1, 3)).map(() => d.some(letters, d.between(1, Math.min(3, letters.length))))
  const used = [...new Set(terms.flat())]
  const output = d.some(used, d.between(0, used.length))
  return {
    inputs: terms.map(term => term.map(letter => (d.chance(0.1) ? 1 : sizes[letter]!))),
    attributes: { equation: string_(`${terms.map(term => term.join('')).join(',')}->${output.join('')}`) },
  }
}

const normalization =
  (least: number, statistics: (d: Draw, channels: number) => readonly Input[]): Generator =>
  d => {
    const channels = d.between(1, 3)
    const spatial = upTo(d.between(least, 2)).map(() => d.between(2, 3))
    return {
      inputs: [['N', channels, ...spatial], [channels], [channels], ...statistics(d, channels)],
      attributes: { epsilon: float(0.01) },
    }
  }

const batchNormalization: Generator = d => {
  const given = normalization(0, (_d, channels) => [[channels], positive([channels])])(d)
  if (d.chance(0.5)) return given
  const training = { training_mode: int(1), momentum: float(d.between(0, 9) / 10) }
  return { ...given, attributes: { ...given.attributes, ...training }, outputs: 3 }
}

const layerNormalization: Generator = d => {
  const shape = [...d.sizes(d.between(0, 2)), d.between(2, 4)]
  const axis = d.between(0, shape.length - 1)
  const scaled = shape.slice(axis).map(size => (d.chance(0.1) ? 1 : size))
  return {
    inputs: [
      [...d.named(shape.slice(0, axis)), ...shape.slice(axis)],
      scaled,
      ...(d.chance(0.7) ? [shape.slice(axis)] : []),
    ],
    attributes: { axis: int(eitherWay(d, axis, shape.length)), epsilon: float(0.02) },
  }
}

const groupNormalization: Generator = d => {
  const groups = d.between(1, 3)
  const channels = groups * d.between(1, 3)
  const opset = d.one([18, 21])
  const scaled = opset === 18 ? groups : channels
  const spatial = upTo(d.between(1, 2)).map(() => d.between(2, 3))
  return {
    inputs: [['N', channels, ...spatial], [scaled], [scaled]],
    attributes: { num_groups: int(groups), epsilon: float(0.01) },
    opset,
  }
}

/** As many indices as asked for, some of them counted from the end. */
const indices = (d: Draw, shape: readonly number[], size: number): Tensor =>
  int64(
    shape,
    upTo(elements(shape)).map(() => d.between(-size, size - 1)),
  )

const gather: Generator = d => {
  const { shape, axis } = withAxis(d, 1, 3)
  return {
    inputs: [d.named(shape), indices(d, d.sizes(d.between(0, 2), 3), shape[axis]!)],
    attributes: { axis: int(eitherWay(d, axis, shape.length)) },
  }
}

const gatherElements: Generator = d => {
  const { shape, axis } = withAxis(d, 1, 3)
  const picked = shape.map((size, at) => (at === axis ? d.between(1, 4) : d.between(1, size)))
  return { inputs: [d.named(shape), indices(d, picked, shape[axis]!)], attributes: { axis: int(axis) } }
}

/** Rows of places in the leading axes, without a repeat unless told. */
function places(d: Draw, leading: readonly number[], count: number, repeats: boolean): Tensor {
  const all = upTo(elements(leading))
  const chosen = repeats ? upTo(count).map(() => d.one(all)) : d.some(all, count)
  const rows = chosen.flatMap(flat =>
    leading.map((size, axis) => Math.floor(flat / elements(leading.slice(axis + 1))) % size),
  )
  return int64([chosen.length, leading.length], rows)
}

const gatherND: Generator = d => {
  const shape = d.sizes(d.between(1, 3))
  const depth = d.between(1, shape.length)
  return { inputs: [shape, places(d, shape.slice(0, depth), d.between(1, 4), true)] }
}

const scatterElements: Generator = d => {
  const { shape, axis } = withAxis(d, 1, 3)
  const adds = d.chance(0.5)
  // Overwritten twice, a place would have two values.
  const picked = shape.map((size, at) => (at === axis ? d.between(1, adds ? 4 : 1) : d.between(1, size)))
  return {
    inputs: [shape, indices(d, picked, shape[axis]!), picked],
    attributes: { axis: int(eitherWay(d, axis, shape.length)), reduction: string_(adds ? 'add' : 'none') },
  }
}

const scatterND: Generator = d => {
  const shape = d.sizes(d.between(1, 3))
  const leading = shape.slice(0, d.between(1, shape.length))
  const adds = d.chance(0.5)
  const rows = places(d, leading, adds ? d.between(1, 4) : d.between(1, elements(leading)), adds)
  return {
    inputs: [shape, rows, [rows.shape[0]!, ...shape.slice(leading.length)]],
    attributes: { reduction: string_(adds ? 'add' : 'none') },
  }
}

const resize: Generator = d => {
  const [height, width] = [d.between(1, 5), d.between(1, 5)]
  const [tall, wide] = [d.between(1, 7), d.between(1, 7)]
  const mode = d.one(['nearest', 'linear', 'cubic'])
  const attributes = {
    mode: string_(mode),
    coordinate_transformation_mode: string_(d.one(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'])),
    nearest_mode: string_(d.one(['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'])),
  }
  const shape: Shape = ['N', d.between(1, 2), height, width]
  if (d.chance(0.3)) {
    const axes = d.some([2, 3], d.between(1, 2))
    const sizes = longs(...axes.map(axis => (axis === 2 ? tall : wide)))
    const turned = { ...attributes, axes: ints(axes.map(axis => eitherWay(d, axis, 4))) }
    return { inputs: [shape, '', '', sizes], attributes: turned, opset: 18 }
  }
  if (d.chance(0.5)) {
    return { inputs: [shape, '', float32([4], [1, 1, tall / height, wide / width].map(Math.fround))], attributes }
  }
  return { inputs: [[2, ...shape.slice(1)], '', '', longs(2, Number(shape[1]), tall, wide)], attributes }
}

const concat: Generator = d => {
  const { shape, axis } = withAxis(d)
  const open = d.named(shape)
  const inputs = upTo(d.between(1, 3)).map(() => open.map((size, at) => (at === axis ? d.between(1, 3) : size)))
  return { inputs, attributes: { axis: int(eitherWay(d, axis, shape.length)) } }
}

const split: Generator = d => {
  const { shape, axis } = withAxis(d)
  const parts = upTo(d.between(1, 3)).map(() => d.between(1, 3))
  const whole = parts.reduce((sum, part) => sum + part, 0)
  const open = d.named(shape).map((size, at): Dimension => (at === axis ? whole : size))
  const attributes = { axis: int(eitherWay(d, axis, shape.length)) }
  if (d.chance(0.7)) return { inputs: [open, longs(...parts)], attributes, outputs: parts.length }
  const even = Math.ceil(whole / Math.ceil(whole / parts.length))
  return { inputs: [open], attributes: { ...attributes, num_outputs: int(even) }, outputs: even, opset: 18 }
}

const slice: Generator = d => {
  const shape = d.sizes(d.between(1, 3), 5)
  const axes = d.some(upTo(shape.length), d.between(1, shape.length))
  const cuts = axes.map(axis => {
    const size = shape[axis]!
    const [first, last] = [d.between(0, size - 1), d.between(0, size - 1)].sort((a, b) => a - b) as [number, number]
    const step = d.between(1, 2)
    return d.chance(0.3)
      ? { start: last, end: first === 0 ? -99 : first - 1, step: -step }
      : { start: first - (d.chance(0.3) ? size : 0), end: last === size - 1 ? 99 : last + 1, step }
  })
  const rank = shape.length
  const stepped = cuts.some(({ step }) => step !== 1)
  return {
    inputs: [
      stepped ? shape : d.named(shape),
      longs(...cuts.map(({ start }) => start)),
      longs(...cuts.map(({ end }) => end)),
      longs(...axes.map(axis => eitherWay(d, axis, rank))),
      longs(...cuts.map(({ step }) => step)),
    ],
  }
}

const pad: Generator = d => {
  const mode = d.one(['constant', 'edge', 'reflect'])
  const shape = d.sizes(d.between(1, 3)).map(size => (mode === 'reflect' ? size + 1 : size))
  const pads = [...shape, ...shape].map(size => d.between(0, mode === 'reflect' ? size - 1 : 2))
  return { inputs: [shape, longs(...pads)], attributes: { mode: string_(mode) } }
}

/** Sizes in another arrangement, with one left open. */
const reshape: Generator = d => {
  const sizes = d.sizes(d.between(1, 4))
  const factors = d.some(sizes, sizes.length)
  const cut = d.between(0, factors.length)
  const wanted = [...factors.slice(0, cut), elements(factors.slice(cut))]
  const open = d.chance(0.5) ? d.between(0, wanted.length - 1) : -1
  return { inputs: [d.named(sizes), longs(...wanted.map((size, at) => (at === open ? -1 : size)))] }
}

const expand: Generator = d => {
  const [from] = stretching(d, 1)
  const known = from!.map(size => (typeof size === 'number' ? size : d.names[size]!))
  const target = [
    ...d.sizes(d.between(0, 1), 3),
    ...known.map(size => (size === 1 ? d.between(1, 3) : d.one([1, size]))),
  ]
  return { inputs: [from!, longs(...target)] }
}

const squeeze: Generator = d => {
  const shape = d.sizes(d.between(1, 4))
  const ones = upTo(shape.length).filter(axis => shape[axis] === 1)
  if (ones.length === 0) return { inputs: [[...shape, 1], longs(-1)] }
  const axes = d.some(ones, d.between(1, ones.length)).map(axis => eitherWay(d, axis, shape.length))
  return { inputs: [shape, ...(axes.length === ones.length && d.chance(0.3) ? [] : [longs(...axes)])] }
}

const unsqueeze: Generator = d => {
  const shape = d.sizes(d.between(0, 3))
  const added = d.between(1, 2)
  const rank = shape.length + added
  const axes = d.some(upTo(rank), added).map(axis => eitherWay(d, axis, rank))
  return { inputs: [d.named(shape), longs(...axes)] }
}

const transpose: Generator = d => {
  const shape = d.sizes(d.between(1, 4))
  const perm = d.some(upTo(shape.length), shape.length)
  return { inputs: [d.named(shape)], attributes: d.chance(0.2) ? {} : { perm: ints(perm) } }
}

const blocks =
  (toDepth: boolean): Generator =>
  d => {
    const block = d.between(1, 3)
    const [depth, height, width] = [d.between(1, 2), d.between(1, 2), d.between(1, 2)]
    const mode = d.one(['DCR', 'CRD'])
    return toDepth
      ? { inputs: [['N', depth, height * block, width * block]], attributes: { blocksize: int(block) } }
      : {
          inputs: [['N', depth * block * block, height, width]],
          attributes: { blocksize: int(block), mode: string_(mode) },
        }
  }

const tile: Generator = d => {
  const shape = d.sizes(d.between(1, 3), 3)
  return { inputs: [shape, longs(...shape.map(() => d.between(1, 3)))] }
}

const where: Generator = d => {
  const [condition, yes, no] = stretching(d, 3)
  const sizes = condition!.map(size => (typeof size === 'number' ? size : d.names[size]!))
  const bits = Uint8Array.from({ length: elements(sizes) }, () => d.between(0, 1))
  return { inputs: [tensor('bool', sizes, bits), yes!, no!] }
}

const spatial: Generator = d => ({
  inputs: [['N', d.between(1, 3), ...upTo(d.between(1, 3)).map(() => d.between(1, 3))]],
})
const anyShape: Generator = d => ({ inputs: [d.named(d.sizes(d.between(0, 4)))] })
const bound = (value: number): Tensor => tensor('float64', [], Float64Array.of(value))

const generators: Readonly<Record<string, Generator>> = {
  ...Object.fromEntries(Object.keys(scalarFunctions).map(op => [op, scalar(op)])),
  Add: pairOf(),
  AveragePool: pool('AveragePool'),
  BatchNormalization: batchNormalization,
  Cast: d => ({ ...anyShape(d), attributes: { to: int(1) } }),
  CastLike: d => ({ inputs: [d.named(d.sizes(d.between(0, 4))), float32([1], [0])] }),
  Clip: d => {
    const learned = (low: number, high: number): Input => ({ shape: [], range: [low, high] })
    const low = d.one([bound(-0.4371), '', learned(-0.45, -0.43)] as readonly Input[])
    const high = d.one([bound(0.6113), '', learned(0.6, 0.62)] as readonly Input[])
    return { inputs: [d.named(d.sizes(d.between(0, 4))), low, high] }
  },
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  CumSum: d => {
    const { shape, axis } = withAxis(d, 1, 3)
    const attributes = { exclusive: int(d.between(0, 1)), reverse: int(d.between(0, 1)) }
    return { inputs: [d.named(shape), int64([], [eitherWay(d, axis, shape.length)])], attributes }
  },
  DepthToSpace: blocks(false),
  Div: pairOf((shape, place) => (place === 1 ? positive(shape) : shape)),
  Dropout: anyShape,
  Einsum: einsum,
  Expand: expand,
  Flatten: d => {
    const shape = d.sizes(d.between(1, 4))
    return { inputs: [d.named(shape)], attributes: { axis: int(d.between(-shape.length, shape.length)) } }
  },
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Gemm: gemm,
  GlobalAveragePool: spatial,
  GlobalMaxPool: spatial,
  GroupNormalization: groupNormalization,
  Identity: anyShape,
  InstanceNormalization: normalization(1, () => []),
  LayerNormalization: layerNormalization,
  LogSoftmax: alongAxis,
  MatMul: matMul,
  Max: several,
  MaxPool: pool('MaxPool'),
  Mean: several,
  Min: several,
  Mod: d => ({
    inputs: stretching(d, 2).map((shape, place) =>
      place === 0 ? { shape, range: [-3.91, 3.83] as const } : { shape, range: [0.97, 1.03] as const },
    ),
    attributes: { fmod: int(1) },
  }),
  Mul: d => (d.chance(0.2) ? { ...anyShape(d), twice: true } : pairOf()(d)),
  PRelu: d => {
    const whole = d.named(d.sizes(d.between(1, 4)))
    const slope = whole.slice(d.between(0, whole.length - 1)).map(size => (d.chance(0.3) ? 1 : size))
    return { inputs: [whole, slope] }
  },
  Pad: pad,
  Pow: d =>
    d.chance(0.3)
      ? { inputs: [d.named(d.sizes(2)), bound(2)] }
      : pairOf((shape, at) => (at === 0 ? positive(shape) : shape))(d),
  ReduceL1: reduction('ReduceL1'),
  ReduceL2: reduction('ReduceL2', positive),
  ReduceLogSum: reduction('ReduceLogSum', positive),
  ReduceLogSumExp: reduction('ReduceLogSumExp'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  ReduceMin: reduction('ReduceMin'),
  ReduceProd: reduction('ReduceProd', positive),
  ReduceSum: reduction('ReduceSum'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  Reshape: reshape,
  Resize: resize,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  Slice: slice,
  Softmax: alongAxis,
  SpaceToDepth: blocks(true),
  Split: split,
  Squeeze: squeeze,
  Sub: pairOf(),
  Sum: several,
  Tile: tile,
  Transpose: transpose,
  Trilu: d => ({
    inputs: [d.named(d.sizes(d.between(2, 4))), ...(d.chance(0.5) ? [int64([], [d.between(-2, 2)])] : [])],
    attributes: { upper: int(d.between(0, 1)) },
  }),
  Unsqueeze: unsqueeze,
  Where: where,
}
