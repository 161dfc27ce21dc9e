import { int64, tensor } from '../../core/index.ts'
import { type Builder, build, type Graph, int } from '../../graph/index.ts'
import { type Contract, white } from '../../imaging/index.ts'
import { imageInput } from '../network.ts'
import { castTo, doubleNodes, resampleWeights } from './resample-nodes.ts'

/** The name of the input that an exported model takes: uint16 [height, width], 0 (black) to 65535 (white). */
export const filmInput = 'film'

/** The contract as nodes: film [height, width] of any size → image float32 [1, C, S, S], as `tensorOf` of imaging/ makes it. */
export function filmGraph(contract: Contract, opset: number): Graph {
  const nodes = build('film', { name: 'film', opset, inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} })
  const film = nodes.input({ name: filmInput, dtype: 'uint16', shape: ['height', 'width'] })
  const levels = nodes.node('Cast', [film], { to: castTo.float64 })
  nodes.output(normalised(nodes, squared(nodes, levels, contract), contract))
  return nodes.finish()
}

/** The film on the contract's square: grey levels float64 [S, S]. */
function squared(build: Builder, levels: string, contract: Contract): string {
  const { fit, interpolation } = contract
  const node = doubleNodes(build)
  const source = fit === 'crop' ? cropped(build, levels) : levels
  const from = sides(build, source)
  const to = fit === 'pad' ? fitted(build, from, contract.size) : [contract.size, contract.size].map(whole(build))
  const [down, across] = [0, 1].map(axis => resampleWeights(build, interpolation, from[axis]!, to[axis]!))
  const rows = node('MatMul', down!, source)
  const mixed = node('MatMul', rows, build.node('Transpose', [across!]))
  const bounds = [0, white].map(value => build.constant(tensor('float64', [], Float64Array.of(value))))
  const rounded = node('Clip', node('Floor', node('Add', mixed, 0.5)), ...bounds)
  return fit === 'pad' ? bordered(build, rounded, to, contract.size) : rounded
}

/** Height and width, each as int64 [1]. */
function sides(build: Builder, film: string): readonly string[] {
  const shape = build.node('Shape', [film])
  return [0, 1].map(axis => build.node('Gather', [shape, build.constant(int64([1], [axis]))], { axis: int(0) }))
}

function whole(build: Builder): (value: number) => string {
  return value => build.constant(int64([1], [value]))
}

/** The square in the middle. */
function cropped(build: Builder, film: string): string {
  const [height, width] = sides(build, film)
  const side = build.node('Min', [height!, width!])
  const starts = build.node('Concat', [halfOf(build, height!, side), halfOf(build, width!, side)], { axis: int(0) })
  const ends = build.node('Add', [starts, side])
  return build.node('Slice', [film, starts, ends, build.constant(int64([2], [0, 1]))])
}

/** Half of a difference, rounded down. */
function halfOf(build: Builder, larger: string, smaller: string): string {
  return build.node('Div', [build.node('Sub', [larger, smaller]), whole(build)(2)])
}

/** Both sides, so that the longer one is the square's. */
function fitted(build: Builder, from: readonly string[], size: number): readonly string[] {
  const node = doubleNodes(build)
  const [height, width] = from.map(side => build.node('Cast', [side], { to: castTo.float64 }))
  const scale = node('Div', size, node('Max', height!, width!))
  return [height!, width!].map(side => {
    const scaled = node('Max', node('Floor', node('Add', node('Mul', side, scale), 0.5)), 1)
    return build.node('Cast', [scaled], { to: castTo.int64 })
  })
}

/** With black around it. */
function bordered(build: Builder, film: string, [height, width]: readonly string[], size: number): string {
  const square = whole(build)(size)
  const [top, left] = [height!, width!].map(side => halfOf(build, square, side))
  const rest = (side: string, before: string): string => build.node('Sub', [build.node('Sub', [square, side]), before])
  const pads = build.node('Concat', [top!, left!, rest(height!, top!), rest(width!, left!)], { axis: int(0) })
  return build.node('Pad', [film, pads])
}

function normalised(build: Builder, levels: string, { size, channels, range, mean, deviation }: Contract): string {
  const [low, high] = range
  const each = (value: (c: number) => number): string =>
    build.constant(
      tensor(
        'float64',
        [channels, 1, 1],
        Float64Array.from({ length: channels }, (_, c) => value(c)),
      ),
    )
  const scaled = build.node('Mul', [levels, each(c => (high - low) / white / deviation[c]!)])
  const shifted = build.node('Add', [scaled, each(c => (low - mean[c]!) / deviation[c]!)])
  const shape = build.constant(int64([4], [1, channels, size, size]))
  return build.node('Reshape', [build.node('Cast', [shifted], { to: castTo.float32 }), shape], {}, { name: imageInput })
}
