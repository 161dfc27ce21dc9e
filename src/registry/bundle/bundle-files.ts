import { Problem, tarEnd, tarHeader, tarPadding } from '../../core/index.ts'

export interface BundleFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** A plain tar of files in the given order: the same files make the same bytes. */
export function packFiles(files: readonly BundleFile[]): Uint8Array {
  const parts = files.flatMap(({ path, bytes }) => [
    tarHeader({ path, size: bytes.length, isProgram: false }),
    bytes,
    new Uint8Array(tarPadding(bytes.length)),
  ])
  return Buffer.concat([...parts, tarEnd])
}

/**
 * The files of a tar that `packFiles` made. Anything else is refused: no byte of it, be it a time or an owner, is free to be another.
 *
 * @throws Problem
 */
export function unpackFiles(bytes: Uint8Array): readonly BundleFile[] {
  const files: BundleFile[] = []
  for (let start = 0; bytes[start] !== undefined && bytes[start] !== 0; ) {
    const file = fileAt(bytes, start)
    files.push(file)
    start += block + file.bytes.length + tarPadding(file.bytes.length)
  }
  if (files.length === 0 || Buffer.compare(packFiles(files), bytes) !== 0) throw noBundle()
  return files
}

/** The first file alone, of a bundle that may be of another form. */
export function firstFile(bytes: Uint8Array): BundleFile {
  if (bytes[0] === undefined || bytes[0] === 0) throw noBundle()
  return fileAt(bytes, 0)
}

const block = 512

function fileAt(bytes: Uint8Array, start: number): BundleFile {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(block, bytes.length - start))
  const text = (from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '')
  const size = /^[0-7]{11}$/.test(text(124, 136)) ? Number.parseInt(text(124, 136), 8) : Number.NaN
  if (header.length < block || text(257, 263) !== 'ustar' || !(start + block + size <= bytes.length)) throw noBundle()
  const prefix = text(345, 500)
  const path = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
  return { path, bytes: bytes.subarray(start + block, start + block + size) }
}

function noBundle(): Problem {
  return new Problem('Cannot read the bundle: it is none, or bytes of it were altered or lost', {
    next: 'get the file again, or make it again: chestnut models export NAME@N FILE',
  })
}
