import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { float32, random, type Tensor } from '../src/core/index.ts'
import { onnxRuntime, type Program } from '../src/engine/index.ts'
import { cutAt, type Graph } from '../src/graph/index.ts'
import {
  type CalibrationFilms,
  imageInput,
  type Network,
  network,
  pooledRows,
  probeLogits,
  quantiseNetwork,
} from '../src/models/index.ts'
import { bootstrapClustered, resampledAuroc } from '../src/statistics/index.ts'
import { sharedData } from '../src/testing/needs.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { nihFilms } from './int8/nih-films.ts'
import { guideNetwork } from './train-step/guide-network.ts'

const seed = 42
const engine = onnxRuntime()
/** Times as fast as float32, for VGG16. */
const speedGoal = 3
/** A linear probe may move by so much AUROC. */
const probeGoal = 0.005

export const bench: Benchmark = {
  name: 'int8',
  title: 'frozen parts in int8 beside float32: VGG16 and MobileNet, and a linear probe on the NIH films',
  async run({ quick }) {
    const runs = quick ? 1 : 5
    const batch = quick ? 1 : 4
    const { network: vgg } = await guideNetwork('float32', 224)
    const noise = noiseFilms(quick ? 2 : 4, vgg.contract.size)
    const first = await speed('VGG16 up to block5_conv2', vgg, noise, { runs, batch, goal: speedGoal })
    const mobile = await mobileNet()
    const films = await nihFilms(mobile.contract, quick ? 60 : 689)
    const second = await speed('MobileNetV1 up to block 12', mobile, films, { runs, batch: batch * 4, goal: 1 })
    return [first.figure, second.figure, await probe(second.graphs, films, quick ? 1 : 3)]
  },
}

async function mobileNet(): Promise<Network> {
  return network({
    backbone: { kind: 'onnx', path: 'MobileNetV1', contract: { size: 224, channels: 3, range: [-1, 1] } },
    backboneBytes: await readFile(sharedData('backbones', 'mobilenet_v1_block12.onnx')),
    head: { kind: 'linear' },
    classes: ['Pneumonia'],
    seed,
  })
}

interface Graphs {
  readonly float32: Graph
  readonly int8: Graph
}

interface Pace {
  readonly runs: number
  readonly batch: number
  readonly goal: number
}

/** Both precisions take turns on the same images. */
async function speed(
  name: string,
  made: Network,
  films: CalibrationFilms,
  { runs, batch, goal }: Pace,
): Promise<{ readonly figure: Figure; readonly graphs: Graphs }> {
  const { network: int8, report } = await quantiseNetwork(made, films, { probe: 0 }, { engine, seed })
  const graphs = { float32: cutAt(made.graph, made.frozenEnd).before, int8: cutAt(int8.graph, made.frozenEnd).before }
  const images = await films.images(Array.from({ length: Math.min(batch, films.count) }, (_, i) => i))
  await using first = await engine.load(graphs.float32)
  await using second = await engine.load(graphs.int8)
  const plain: number[] = []
  const quick: number[] = []
  for (let run = 0; run <= runs; run++) {
    const pair = [await timed(first, images), await timed(second, images)] as const
    if (run === 0) continue // the first asks for memory
    plain.push(pair[0])
    quick.push(pair[1])
  }
  const ratio = median(plain.map((value, i) => value / quick[i]!))
  const words = `float32 ${median(plain).toFixed(1)} ms an image, int8 ${median(quick).toFixed(1)}`
  console.error(
    `${name}: ${words}, in batches of ${images.shape[0]}; ${report.convolutions} convolutions in bytes, the first ${report.stem} finer`,
  )
  const value = Number(ratio.toFixed(2))
  return { figure: { case: `${name}, int8 against float32`, value, unit: 'x', goal, met: value >= goal, runs }, graphs }
}

/** @returns milliseconds an image */
async function timed(program: Program, images: Tensor): Promise<number> {
  const started = performance.now()
  await program.run({ [imageInput]: images })
  return (performance.now() - started) / images.shape[0]!
}

/** How far a linear layer's AUROC moves, on the same folds of patients, with an interval that draws patients. */
async function probe(graphs: Graphs, films: CalibrationFilms, repeats: number): Promise<Figure> {
  const logits = async (graph: Graph): Promise<readonly Float64Array[]> =>
    probeLogits(await features(graph, films), films, { folds: 5, repeats, seed })
  const [float32, int8] = [await logits(graphs.float32), await logits(graphs.int8)]
  const statistics = float32.map((plain, i) => [
    resampledAuroc(int8[i]!, films.labels),
    resampledAuroc(plain, films.labels),
  ])
  const difference = (indices: Int32Array): number | undefined => {
    let sum = 0
    for (const [a, b] of statistics) {
      const [ours, theirs] = [a!(indices), b!(indices)]
      if (ours === undefined || theirs === undefined) return undefined
      sum += ours - theirs
    }
    return sum / statistics.length
  }
  const all = Int32Array.from({ length: films.count }, (_, i) => i)
  const value = Number((difference(all) ?? Number.NaN).toFixed(4))
  const { low, high, draws } = bootstrapClustered(films.patients, difference, { seed })
  const mean = statistics.reduce((sum, [, plain]) => sum + plain!(all)!, 0) / statistics.length
  console.error(
    `linear probe on ${films.count} films: AUROC ${mean.toFixed(4)} in float32, int8 − float32 ${value} (95 % interval ${low.toFixed(4)} to ${high.toFixed(4)}, patients drawn ${draws} times)`,
  )
  return {
    case: 'linear probe on the NIH films, AUROC of int8 − float32',
    value,
    unit: 'AUROC',
    goal: -probeGoal,
    met: Math.abs(value) <= probeGoal,
    runs: repeats,
  }
}

async function features(graph: Graph, films: CalibrationFilms): Promise<Float64Array> {
  const rows: Float64Array[] = []
  await using program = await engine.load(graph)
  const [output = ''] = graph.outputs.map(({ name }) => name)
  for (let start = 0; start < films.count; start += 16) {
    const indices = Array.from({ length: Math.min(16, films.count - start) }, (_, i) => start + i)
    const images = await films.images(indices)
    rows.push(pooledRows((await program.run({ [imageInput]: images }, { handOver: true }))[output]!))
  }
  return Float64Array.from(rows.flatMap(row => [...row]))
}

function noiseFilms(count: number, size: number): CalibrationFilms {
  const each = 3 * size * size
  const pixels = random(seed, 'noise').fill(new Float32Array(count * each))
  return {
    count,
    labels: Array.from({ length: count }, (_, i) => i % 2),
    patients: Array.from({ length: count }, (_, i) => String(i)),
    images: async indices => {
      const values = new Float32Array(indices.length * each)
      for (const [i, index] of indices.entries()) {
        values.set(
          pixels.subarray(index * each, (index + 1) * each).map(pixel => 2 * pixel - 1),
          i * each,
        )
      }
      return float32([indices.length, 3, size, size], values)
    },
  }
}
