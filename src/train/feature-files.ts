import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Dtype, elements, Problem, tensor, throwIfAborted } from '../core/index.ts'
import { makeFolder } from '../store/index.ts'
import { inGroups } from './batches.ts'
import type { Features } from './features.ts'
import { variantAt } from './variant.ts'

/** What lies in files of features: rows of equal size, one after the other, variant after variant, film after film. */
export interface FeatureFiles {
  readonly dtype: Dtype
  /** Of one row. */
  readonly shape: readonly number[]
  readonly films: number
  readonly variants: number
  /** Rows of each file but the last. */
  readonly perFile: number
}

/** A file's names are numbers: nothing tells of films but their order. */
export interface WrittenFeatures {
  readonly about: FeatureFiles
  readonly paths: readonly string[]
}

/** Bytes of a file, at most. */
const largest = 64 * 2 ** 20
/** Rows that are read at a time. */
const atATime = 64

/** Writes features where they can be taken elsewhere from. @param folder is made */
export async function writeFeatures(
  features: Features,
  folder: string,
  signal?: AbortSignal,
): Promise<WrittenFeatures> {
  const { films, variants } = features
  const { dtype, shape } = formOf(await features.read([{ film: 0, variant: 0 }]))
  const perFile = Math.max(1, Math.floor(largest / bytesOf({ dtype, shape })))
  const about: FeatureFiles = { dtype, shape, films, variants, perFile }
  await makeFolder(folder)
  const paths: string[] = []
  for (const rows of inGroups(
    Array.from({ length: films * variants }, (_, row) => row),
    perFile,
  )) {
    const path = join(folder, String(paths.length))
    await using file = await open(path, 'w')
    for (const some of inGroups(rows, atATime)) {
      throwIfAborted(signal)
      const { data } = await features.read(some.map(row => variantAt(row, variants)))
      if (!ArrayBuffer.isView(data)) throw new TypeError('Features are numbers')
      await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    paths.push(path)
  }
  return { about, paths }
}

/** Features from files. @param pathOf of a file, by its number from 0 */
export function openFeatures(about: FeatureFiles, pathOf: (file: number) => string): Features {
  const { dtype, shape, films, variants, perFile } = about
  const rowBytes = bytesOf(about)
  const files = new Map<number, Promise<FileHandle>>()
  const fileAt = (number: number): Promise<FileHandle> => {
    const file = files.get(number) ?? open(pathOf(number))
    files.set(number, file)
    return file
  }
  return {
    films,
    variants,
    async read(wanted) {
      const bytes = new Uint8Array(wanted.length * rowBytes)
      for (const [i, { film, variant }] of wanted.entries()) {
        const row = film * variants + variant
        const file = await fileAt(Math.floor(row / perFile))
        const { bytesRead } = await file.read(bytes, i * rowBytes, rowBytes, (row % perFile) * rowBytes)
        if (bytesRead !== rowBytes) throw new Problem('Cannot read features: their file ends early')
      }
      return tensor(dtype, [wanted.length, ...shape], dtype === 'uint8' ? bytes : new Float32Array(bytes.buffer))
    },
    async [Symbol.asyncDispose]() {
      for (const file of files.values()) await (await file).close()
      files.clear()
    },
  }
}

function formOf({
  dtype,
  shape,
}: {
  readonly dtype: Dtype
  readonly shape: readonly number[]
}): Pick<FeatureFiles, 'dtype' | 'shape'> {
  return { dtype, shape: shape.slice(1) }
}

function bytesOf({ dtype, shape }: Pick<FeatureFiles, 'dtype' | 'shape'>): number {
  return elements(shape) * (dtype === 'uint8' ? 1 : 4)
}
