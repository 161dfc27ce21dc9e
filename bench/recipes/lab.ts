import { readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { onnxRuntime } from '../../src/engine/index.ts'
import { inferShapes } from '../../src/graph/index.ts'
import { type Network, network, quantiseNetwork } from '../../src/models/index.ts'
import { memoryFeatures } from '../../src/testing/memory-features.ts'
import { sharedData } from '../../src/testing/needs.ts'
import { type NihFilms, nihFilms } from '../int8/nih-films.ts'
import { type Looks, outOfFold } from './fit.ts'
import { kept } from './kept.ts'
import { isOneLayer, type Recipe } from './recipe.ts'
import { variant } from './variants.ts'

/** Below the shared data. */
export const backbonePath = ['backbones', 'mobilenet_v1_block12.onnx'] as const
/** Draws weights, augmentation and resamples; the repetitions of the folds count on from it. */
export const seed = 42

export interface Lab {
  readonly bytes: Uint8Array
  readonly films: NihFilms
  readonly seeds: number
}

export async function openLab(quick: boolean): Promise<Lab> {
  const bytes = await readFile(sharedData(...backbonePath))
  return { bytes, films: await nihFilms(plainNetwork(bytes).contract, quick ? 120 : 689), seeds: quick ? 1 : 5 }
}

/** Out-of-fold logits, one array a seed. */
export async function logitsOf(lab: Lab, recipe: Recipe): Promise<readonly Float32Array[]> {
  let looks: Promise<Looks> | undefined
  const one = (_: unknown, run: number): Promise<Float32Array> => {
    const { name, ...settings } = recipe
    const key = { format: 1, films: lab.films.count, settings, seed: seed + run }
    return kept(key, async () => {
      looks ??= looksOf(lab, recipe)
      const started = performance.now()
      const found = await outOfFold(recipe, await looks, lab.films, seed + run)
      console.error(`  ${name}, seed ${seed + run}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
      return found
    })
  }
  const seeds = Array.from({ length: lab.seeds })
  // One layer keeps one core busy, and mostly waits.
  if (isOneLayer(recipe)) return Promise.all(seeds.map(one))
  const runs: Float32Array[] = []
  for (const run of seeds.keys()) runs.push(await one(undefined, run))
  return runs
}

async function looksOf(lab: Lab, recipe: Recipe): Promise<Looks> {
  const { films } = lab
  const built = network({ ...parts(lab.bytes, recipe.trainFrom), head: recipe.head, classes: ['Pneumonia'], seed })
  const isInt8 = recipe.precision === 'int8'
  const frozen = isInt8 ? (await quantiseNetwork(built, films, {}, { engine: onnxRuntime(), seed })).network : built
  const options = { films, network: frozen, seed, backbone: isInt8 ? 'mobilenet-int8' : 'mobilenet' }
  const shape = shapeAt(frozen)
  const drawn: Float32Array[] = []
  for (let epoch = 1; epoch <= Math.max(recipe.variants ?? 0, recipe.averaged ?? 0); epoch++) {
    drawn.push(await variant({ ...options, augmentation: recipe.augmentation }, epoch))
  }
  return {
    network: frozen,
    plain: memoryFeatures([await variant(options, 0)], shape),
    variants: drawn.map(values => memoryFeatures([values], shape)),
    pool: memoryFeatures(drawn, shape),
  }
}

/** Of one film's features. */
function shapeAt({ graph, boundary }: Network): readonly number[] {
  const [, ...sizes] = inferShapes(graph).get(boundary)?.shape ?? []
  return sizes.map(Number)
}

function plainNetwork(bytes: Uint8Array): Network {
  return network({ ...parts(bytes), head: { kind: 'linear' }, classes: ['Pneumonia'], seed })
}

function parts(bytes: Uint8Array, trainFrom?: string) {
  const contract = { size: 224, channels: 3, range: [-1, 1] } as const
  return {
    backbone: { kind: 'onnx', path: 'mobilenet_v1_block12.onnx', contract, ...(trainFrom ? { trainFrom } : {}) },
    backboneBytes: bytes,
  } as const
}
