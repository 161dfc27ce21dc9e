import { elements, float32, floats, int64, type Tensor, type Tensors } from '../../core/index.ts'
import { type Builder, build, type Dimension, type Graph, int, namesOf, type Value } from '../../graph/index.ts'
import { nodeNamed } from './node-named.ts'

/**
 * A graph that takes what a run is given as one tensor and answers with one: a copy to or from a device costs mostly the
 * asking, not the bytes.
 */
export interface PackedGraph {
  readonly graph: Graph
  /** The answers' names in the graph, where one copy from the device holds each. */
  readonly answers: readonly string[]
  /** What was given, as the graph's inputs. */
  pack(given: Tensors): Tensors
  /** The graph's answers under their own names. */
  unpack(results: Tensors, given: Tensors): Tensors
}

/** Where a value lies in the rows of the packed input. */
interface Place {
  readonly value: Value
  readonly from: number
  readonly width: number
  /** One row for each example; else everything lies in the first row. */
  readonly batched: boolean
}

/** A value that does not grow with the batch takes columns of every row; longer ones go alone. */
const mostColumns = 1024

export interface PackOptions {
  /** Inputs that every run is given; float32 ones become columns of one input [rows, columns]. */
  readonly given: readonly string[]
  /** Values that a run answers with; float32 ones become one vector. */
  readonly answers: readonly string[]
  /** Values that stay outputs of their own, since they stay on the device. */
  readonly kept: readonly string[]
}

export function packGraph(graph: Graph, { given, answers, kept }: PackOptions): PackedGraph {
  const places = placesOf(graph.inputs.filter(({ name }) => given.includes(name)))
  const inside = new Set(places.map(({ value }) => value.name))
  const rest = { ...graph, inputs: graph.inputs.filter(({ name }) => !inside.has(name)), nodes: [], outputs: [] }
  const builder = build(graph.name, rest, namesOf(graph))
  const input = builder.fresh('given')
  if (places.length > 0) addPlaces(builder, input, places)
  builder.add({ ...graph, inputs: [], weights: {}, outputs: [], values: [...(graph.values ?? []), ...graph.outputs] })
  const sized = new Set(graph.inputs.filter(({ name }) => given.includes(name)).flatMap(({ shape }) => shape))
  const vector = answers.filter(name => isSized(builder.valueOf(name), sized))
  const alone = answers.filter(name => !vector.includes(name))
  for (const name of kept) builder.output(name)
  const answer = vector.length === 0 ? undefined : addVector(builder, vector)
  const copies = alone.map(name => builder.node('Identity', [name], {}, { name: 'answer' }))
  for (const name of [...(answer === undefined ? [] : [answer]), ...copies]) builder.output(name)
  const shapes = vector.map(name => builder.valueOf(name).shape)
  return {
    graph: builder.finish(),
    answers: [...(answer === undefined ? [] : [answer]), ...copies],
    pack: tensors =>
      places.length === 0 ? tensors : { ...without(tensors, inside), [input]: packed(places, tensors) },
    unpack(results, tensors) {
      const own = Object.fromEntries(alone.map((name, i) => [name, results[copies[i]!]!]))
      if (answer === undefined) return own
      const sizes = sizesOf(graph.inputs, tensors)
      return { ...own, ...unpacked(floats(results[answer]!), vector, shapes, sizes) }
    },
  }
}

function placesOf(values: readonly Value[]): readonly Place[] {
  const rows = values.find(value => value.dtype === 'float32' && typeof value.shape[0] === 'string')?.shape[0]
  const places: Place[] = []
  let from = 0
  for (const value of values) {
    const batched = rows !== undefined && value.shape[0] === rows
    const sizes = (batched ? value.shape.slice(1) : value.shape).filter(size => typeof size === 'number')
    const width = elements(sizes)
    if (value.dtype !== 'float32' || sizes.length < value.shape.length - (batched ? 1 : 0)) continue
    if (!batched && rows !== undefined && width > mostColumns) continue
    places.push({ value, from, width, batched })
    from += width
  }
  return places.length > 1 ? places : []
}

/** The packed input, and the nodes that make of it what the graph was given before. */
function addPlaces(builder: Builder, input: string, places: readonly Place[]): void {
  const columns = places.reduce((sum, { width }) => sum + width, 0)
  const rows: Dimension = places.find(({ batched }) => batched)?.value.shape[0] ?? 1
  builder.input({ name: input, dtype: 'float32', shape: [rows, columns] })
  const integers = (values: readonly number[]): string => builder.constant(int64([values.length], values))
  for (const { value, from, width, batched } of places) {
    const [starts, ends, axes] = batched
      ? [[from], [from + width], [1]]
      : [
          [0, from],
          [1, from + width],
          [0, 1],
        ]
    const part = builder.node('Slice', [input, integers(starts), integers(ends), integers(axes)])
    // A size of 0 is that of the input: the rows.
    const shape = value.shape.map((size, axis) => (batched && axis === 0 ? 0 : Number(size)))
    nodeNamed(builder, value.name, 'Reshape', [part, integers(shape)])
  }
}

function packed(places: readonly Place[], tensors: Tensors): Tensor {
  const columns = places.reduce((sum, { width }) => sum + width, 0)
  const rows = tensors[places.find(({ batched }) => batched)?.value.name ?? '']?.shape[0] ?? 1
  const data = new Float32Array(rows * columns)
  for (const { value, from, width, batched } of places) {
    const source = floats(tensors[value.name]!)
    for (let row = 0; row < (batched ? rows : 1); row++) {
      data.set(source.subarray(row * width, (row + 1) * width), row * columns + from)
    }
  }
  return float32([rows, columns], data)
}

/** Numbers whose count follows from what a run is given. */
function isSized({ dtype, shape }: Value, given: ReadonlySet<Dimension>): boolean {
  return dtype === 'float32' && shape.every(size => typeof size === 'number' || (size !== '?' && given.has(size)))
}

function addVector(builder: Builder, names: readonly string[]): string {
  const flat = names.map(name => builder.node('Reshape', [name, builder.constant(int64([1], [-1]))]))
  return flat.length === 1 ? flat[0]! : builder.node('Concat', flat, { axis: int(0) }, { name: 'answers' })
}

function unpacked(
  data: Float32Array,
  names: readonly string[],
  shapes: readonly (readonly Dimension[])[],
  sizes: ReadonlyMap<string, number>,
): Tensors {
  const values: Record<string, Tensor> = {}
  let from = 0
  for (const [i, name] of names.entries()) {
    const shape = shapes[i]!.map(size => (typeof size === 'number' ? size : sizes.get(size)!))
    const count = elements(shape)
    values[name] = float32(shape, data.slice(from, from + count))
    from += count
  }
  return values
}

/** What the symbolic sizes are in a run that is given these tensors. */
export function sizesOf(inputs: readonly Value[], tensors: Tensors): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const { name, shape } of inputs) {
    const found = tensors[name]?.shape
    for (const [axis, size] of shape.entries()) {
      if (typeof size === 'string' && found !== undefined) sizes.set(size, found[axis]!)
    }
  }
  return sizes
}

function without(tensors: Tensors, names: ReadonlySet<string>): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !names.has(name)))
}
