import { checkStamp, isJsonObject, stamp } from '../core/index.ts'
import { readJsonFile } from '../store/index.ts'

/** The digest of a file, and how the file looked when it was read. */
export interface Remembered {
  readonly size: number
  readonly mtime: number
  readonly inode: number
  readonly digest: string
}

/** Rows instead of objects: a hundred thousand files are read and written in a moment. */
type Row = readonly [path: string, size: number, mtime: number, inode: number, digest: string]

/** The text of the file that `readDigests` reads. */
export function formatDigests(digests: ReadonlyMap<string, Remembered>): string {
  const files: Row[] = []
  for (const [path, { size, mtime, inode, digest }] of digests) files.push([path, size, mtime, inode, digest])
  return `${JSON.stringify({ format: stamp('digests', 1), files })}\n`
}

/**
 * What was kept, by path. It only saves work: where it is missing or damaged nothing is remembered, and the files are read.
 *
 * @throws Problem when a newer Chestnut wrote it.
 */
export async function readDigests(path: string): Promise<Map<string, Remembered>> {
  const content = await readJsonFile(path)
  const digests = new Map<string, Remembered>()
  if (!isJsonObject(content) || typeof content['format'] !== 'string') return digests
  checkStamp(content['format'], 'digests', 1)
  if (!Array.isArray(content['files'])) return digests
  for (const row of content['files']) {
    if (isRow(row)) digests.set(row[0], { size: row[1], mtime: row[2], inode: row[3], digest: row[4] })
  }
  return digests
}

function isRow(row: unknown): row is Row {
  return (
    Array.isArray(row) &&
    typeof row[0] === 'string' &&
    typeof row[1] === 'number' &&
    typeof row[2] === 'number' &&
    typeof row[3] === 'number' &&
    typeof row[4] === 'string' &&
    /^[0-9a-f]{64}$/.test(row[4])
  )
}
