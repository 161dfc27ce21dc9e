import { differentiate, gradientName } from '../../autodiff/index.ts'
import { type Clock, elements, float32, random, sgd, type Tensor, throwIfAborted } from '../../core/index.ts'
import type { Engine, Program } from '../../engine/index.ts'
import { build, type Graph, int, weightsAsInputs } from '../../graph/index.ts'
import { asWinograd } from './as-winograd.ts'
import type { WinogradLayer } from './layer.ts'

/** How a layer is computed. */
export type ConvolutionForm = 'direct' | 'winograd'

/** A layer as it works in a training. */
export interface Candidate {
  readonly layer: WinogradLayer
  /** Films that go through it at a time. */
  readonly films: number
  /** What gradients are wanted of it, if any: of its filters, or of its image as well. */
  readonly gradients?: 'filters' | 'all' | undefined
}

export interface MeasureTools {
  readonly engine: Engine
  readonly threads?: number | undefined
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** Winograd's form must be so many times as fast: what is nearly equal should not hang on chance, and it rounds more. */
const clearly = 1.1
/** Of which the fastest counts: whatever else a machine does only makes runs slower. */
const runs = 3

/** The form in which a layer is faster, measured on the layer alone, both forms taking turns. */
export async function fasterForm(candidate: Candidate, tools: MeasureTools): Promise<ConvolutionForm> {
  const graph = layerGraph(candidate.layer)
  await using direct = await load(graph, candidate, tools)
  await using winograd = await load(asWinograd(graph, new Set([output])), candidate, tools)
  const fastest = { direct: Number.POSITIVE_INFINITY, winograd: Number.POSITIVE_INFINITY }
  for (let run = 0; run <= runs; run++) {
    throwIfAborted(tools.signal)
    const took = { direct: await timed(direct, candidate, tools), winograd: await timed(winograd, candidate, tools) }
    if (run === 0) continue // memory is asked for
    fastest.direct = Math.min(fastest.direct, took.direct)
    fastest.winograd = Math.min(fastest.winograd, took.winograd)
  }
  return fastest.direct > clearly * fastest.winograd ? 'winograd' : 'direct'
}

const [image, weight, bias, output, slope, sum] = ['image', 'weight', 'bias', 'output', 'slope', 'sum'] as const

/** The layer alone, with filters of noise. */
function layerGraph({ channels, filters, down, across, node }: WinogradLayer): Graph {
  const draw = random(1, 'winograd')
  const b = build('convolution')
  b.input({ name: image, dtype: 'float32', shape: ['N', channels, down.input, across.input] })
  b.weight(weight, noise([filters, channels, 3, 3]))
  b.weight(bias, noise([filters]))
  b.output(b.node('Conv', [image, weight, bias], node.attributes, { name: output }))
  return b.finish()

  function noise(shape: readonly number[]): Tensor {
    return float32(shape, draw.fill(new Float32Array(elements(shape))))
  }
}

/** As a training loads it: with its filters fixed, or with their gradients. */
async function load(
  graph: Graph,
  { gradients }: Candidate,
  { engine, threads, signal }: MeasureTools,
): Promise<Program> {
  const options = { ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) }
  if (gradients === undefined) return engine.load(graph, options)
  const parameters = [weight, bias]
  const b = build(graph.name, graph)
  b.input({ ...b.valueOf(output), name: slope })
  b.output(b.node('ReduceSum', [b.node('Mul', [output, slope])], { keepdims: int(0) }, { name: sum }))
  const of = gradients === 'all' ? [...parameters, image] : parameters
  const learning = weightsAsInputs(differentiate(b.finish(), { loss: sum, of }), parameters)
  return engine.load(learning, {
    ...options,
    initial: Object.fromEntries(parameters.map(name => [name, graph.weights[name]!])),
    update: { optimizer: sgd(), gradients: Object.fromEntries(parameters.map(name => [name, gradientName(name)])) },
  })
}

/** Milliseconds of one run. */
async function timed(
  program: Program,
  { layer, films, gradients }: Candidate,
  { clock, signal }: MeasureTools,
): Promise<number> {
  const { channels, filters, down, across } = layer
  const ofOnes = (shape: readonly number[]): Tensor => float32(shape, new Float32Array(elements(shape)).fill(1))
  const inputs = { [image]: ofOnes([films, channels, down.input, across.input]) }
  const slopes = gradients && { [slope]: ofOnes([films, filters, down.output, across.output]) }
  const rate = gradients && { rate: 0, outputs: [sum] }
  const started = clock.now()
  await program.run({ ...inputs, ...slopes }, { handOver: true, ...rate, ...(signal === undefined ? {} : { signal }) })
  return clock.now() - started
}
