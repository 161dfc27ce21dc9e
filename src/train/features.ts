import { Problem, type Tensor, type Tensors, tensor, throwIfAborted } from '../core/index.ts'
import { inGroups } from './batches.ts'
import { type FrozenPart, filmsAtATime, rowBytesOf, unknownRow } from './frozen-part.ts'
import type { TrainEvent } from './plan.ts'
import { prefetch } from './prefetch.ts'
import { memoryRows, type RowStore } from './row-store.ts'
import { type Variant, variantAt } from './variant.ts'

/** What a frozen part makes of films: a row for each variant of each film. */
export interface Features extends AsyncDisposable {
  readonly films: number
  /** Of each film. */
  readonly variants: number
  /** Some rows, [wanted, …], in a buffer that may be given away. */
  read(wanted: readonly Variant[]): Promise<Tensor>
}

/** What features are computed from, and where they are kept. */
export interface FeatureSource {
  readonly films: number
  readonly variants: number
  readonly images: (wanted: readonly Variant[]) => Promise<Tensors>
  readonly frozen: FrozenPart
  /** May hold some of the rows already. It becomes the features'. */
  readonly store: RowStore
  /** Bytes of rows on disk up to which they are read into memory once. */
  readonly memory: number
  readonly signal: AbortSignal | undefined
}

/** So often rows that are gone or damaged are computed anew within one reading; then the disk is to blame. */
const mostMends = 3

/** Computes the rows that their stores do not hold, source after source, and tells of it. */
export async function* computeFeatures(
  sources: readonly (FeatureSource | undefined)[],
): AsyncGenerator<TrainEvent, readonly (Features | undefined)[], void> {
  const known = sources.filter(source => source !== undefined)
  const total = known.reduce((sum, { films, variants }) => sum + films * variants, 0)
  const kept = total - known.reduce((sum, source) => sum + missingRows(source).length, 0)
  const event = (done: number): TrainEvent => ({ kind: 'features', done, total, ...(kept === 0 ? {} : { kept }) })
  let done = kept
  if (kept > 0) yield event(done)
  for (const source of known) {
    for await (const count of fill(source)) {
      done += count
      yield event(done)
    }
  }
  const features: (Features | undefined)[] = []
  for (const source of sources) features.push(source && (await featuresOf(source)))
  return features
}

/** @yields how many rows were computed since */
async function* fill(source: FeatureSource): AsyncGenerator<number, void, void> {
  const { frozen, store, signal } = source
  const make = async (rows: readonly number[]): Promise<readonly [rows: readonly number[], made: Tensor]> => [
    rows,
    await frozen.features(await source.images(rows.map(row => variantAt(row, source.variants)))),
  ]
  try {
    for await (const [rows, made] of prefetch(inGroups(missingRows(source), filmsAtATime), make)) {
      throwIfAborted(signal)
      await store.keep(rows, bytesOf(made))
      yield rows.length
    }
  } finally {
    // Whoever is interrupted keeps what is done.
    await store.flush()
  }
}

function missingRows({ films, variants, store }: FeatureSource): readonly number[] {
  return Array.from({ length: films * variants }, (_, row) => row).filter(row => !store.has(row))
}

function bytesOf({ data }: Tensor): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw new TypeError('Features are numbers')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

async function featuresOf(source: FeatureSource): Promise<Features> {
  const { films, variants, frozen, store } = source
  const { dtype, shape } = frozen.row() ?? unknownRow
  const rowBytes = rowBytesOf(frozen)
  let mending: Promise<void> | undefined
  const mend = async (): Promise<void> => {
    try {
      for await (const _ of fill(source));
    } finally {
      mending = undefined
    }
  }
  const features: Features = {
    films,
    variants,
    async read(wanted) {
      const rows = wanted.map(({ film, variant }) => film * variants + variant)
      const bytes = new Uint8Array(rows.length * rowBytes)
      for (let mends = 0; !(await store.read(rows, bytes)); mends++) {
        if (mends === mostMends) throw unreliable()
        mending ??= mend()
        await mending
      }
      return tensor(dtype, [rows.length, ...shape], dtype === 'uint8' ? bytes : new Float32Array(bytes.buffer))
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
  const isSmall = films * variants * rowBytes <= source.memory
  return isSmall && !store.inMemory ? intoMemory(source, features) : features
}

async function intoMemory(source: FeatureSource, features: Features): Promise<Features> {
  const store = memoryRows()
  const all = Array.from({ length: source.films * source.variants }, (_, row) => row)
  for (const rows of inGroups(all, filmsAtATime)) {
    throwIfAborted(source.signal)
    await store.keep(rows, bytesOf(await features.read(rows.map(row => variantAt(row, source.variants)))))
  }
  await features[Symbol.asyncDispose]()
  return featuresOf({ ...source, store })
}

function unreliable(): Problem {
  return new Problem(
    `Cannot read features that are kept on disk: ${mostMends} times other bytes came back than were written`,
    { next: 'check the disk, or set train: { featureCache: { gigabytes: 0 } }' },
  )
}
