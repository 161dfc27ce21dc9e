import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { elements, float32, int64, packageRoot, type Tensor } from '../../core/index.ts'

/** What a real library says of one of its networks: see fixtures/networks-torch.py and networks-keras.py. */
export interface OriginCase {
  readonly origin: 'torchvision' | 'timm' | 'torchxrayvision' | 'Keras'
  readonly network: string
  readonly parameters: number
  /** Names and shapes of its state, with its classifier. */
  readonly tensors: Readonly<Record<string, readonly number[]>>
  readonly features: Sampled
}

/** 32 numbers of an output, evenly spread. */
export interface Sampled {
  readonly shape: readonly number[]
  readonly largest: number
  readonly values: readonly number[]
}

export function fixture(name: string): Buffer {
  return readFileSync(join(packageRoot(), 'src', 'models', 'networks', 'fixtures', name))
}

export const originCases: readonly OriginCase[] = ['networks-torch.json.gz', 'networks-keras.json.gz'].flatMap(
  (name): readonly OriginCase[] => JSON.parse(gunzipSync(fixture(name)).toString()),
)

/** Numbers in [-1, 1) that follow from their place: as in fixtures/drawn.py. */
export function mixed(seed: number, count: number): Float32Array {
  const start = Math.imul(seed, 0x9e3779b9)
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    let x = (i + start) >>> 0
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
    x = (x ^ (x >>> 16)) >>> 0
    values[i] = (x >>> 8) / 2 ** 23 - 1
  }
  return values
}

/** Millions of numbers that no backbone needs. */
const isClassifier = (name: string): boolean => /^(classifier|fc|pre_logits|head|predictions|conv_preds)/.test(name)

/** The state with which fixtures/drawn.py has filled a library's network, but for the millions of numbers of its classifier. */
export function drawnState({ origin, tensors }: OriginCase): Record<string, Tensor> {
  const state: Record<string, Tensor> = {}
  for (const [seed, [name, shape]] of Object.entries(tensors).entries()) {
    if (!isClassifier(name)) state[name] = drawn(origin, name, shape, seed)
  }
  return state
}

/** The same names and shapes, all zeros. */
export function emptyState(of: OriginCase): Record<string, Tensor> {
  const names = Object.entries(of.tensors).filter(([name]) => !isClassifier(name))
  return Object.fromEntries(
    names.map(([name, shape]) => [name, float32(shape, new Float32Array(elements(shape)))] as const),
  )
}

function drawn(origin: string, name: string, shape: readonly number[], seed: number): Tensor {
  if (name.endsWith('num_batches_tracked')) return int64([], [0])
  const values = mixed(seed, elements(shape))
  const scale = (base: number, by: number): void => {
    for (let i = 0; i < values.length; i++) values[i] = base + values[i]! * by
  }
  if (shape.length > 1) scale(0, Math.fround(Math.sqrt(3 / fanIn(origin, name, shape))))
  else if (/(running_var|moving_variance)$/.test(name)) scale(1, 0.5)
  else if (/(weight|gamma)$/.test(name)) scale(1, 0.25)
  else scale(0, 0.25)
  return float32(shape, values)
}

function fanIn(origin: string, name: string, shape: readonly number[]): number {
  if (origin !== 'Keras') return elements(shape.slice(1))
  return elements(name.includes('depthwise') ? shape.slice(0, 2) : shape.slice(0, 3))
}

/** How far an output is from the library's, as a share of the library's largest number. */
export function distance(found: Float32Array, wanted: Sampled): number {
  const worst = wanted.values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (found[Math.floor((i * found.length) / 32)] ?? Number.NaN))),
    0,
  )
  return worst / wanted.largest
}
