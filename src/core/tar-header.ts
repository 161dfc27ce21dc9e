import { Problem } from './errors.ts'

const block = 512

export interface TarEntry {
  readonly path: string
  readonly size: number
  readonly isProgram: boolean
}

/** The header of a file in the format "ustar", always with the same owner, rights and time: equal files make equal bytes. */
export function tarHeader({ path, size, isProgram }: TarEntry): Uint8Array {
  const [prefix, name] = split(path)
  const header = Buffer.alloc(block)
  header.write(name, 0)
  header.write(octal(isProgram ? 0o755 : 0o644, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(size, 11), 124)
  // The first second of 1980: some tools take nothing older.
  header.write(octal(315_532_800, 11), 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

/** How many zeros follow the bytes of a file. */
export function tarPadding(size: number): number {
  return (block - (size % block)) % block
}

/** What an archive ends with. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block)

/** A name has 100 bytes; folders in front of it 155 more. */
function split(path: string): readonly [string, string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name]
  }
  throw new Problem(`Cannot pack "${path}": its path is too long`)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
