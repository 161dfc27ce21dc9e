import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem, systemCode } from '../core/index.ts'

export type LineEnd = '\n' | '\r\n'

/**
 * The first line of a table (.csv or .csv.gz), without its end and without a byte order mark.
 *
 * @throws Problem when the table is empty, no text, or cannot be read.
 */
export async function headerLine(path: string): Promise<{ readonly header: string; readonly lineEnd: LineEnd }> {
  const line = await firstLine(path)
  const header = line.replace(/^\uFEFF/, '').replace(/\r$/, '')
  if (header === '') throw new Problem(`Cannot read the table "${path}": it is empty`)
  // A workbook of a spreadsheet program, for one.
  if (header.includes('\0')) {
    throw new Problem(`Cannot read the table "${path}": it is no text`, {
      next: 'Save it as .csv, .csv.gz or .parquet',
    })
  }
  return { header, lineEnd: line.endsWith('\r') ? '\r\n' : '\n' }
}

/** Without the line feed; '' for an empty file. */
async function firstLine(path: string): Promise<string> {
  const raw = createReadStream(path, { highWaterMark: 4096 })
  const zipped = path.toLowerCase().endsWith('.gz')
  try {
    let start = Buffer.alloc(0)
    // An error of either stream ends the pipeline, and the loop throws it.
    for await (const chunk of zipped ? pipeline(raw, createGunzip(), () => undefined) : raw) {
      start = Buffer.concat([start, chunk])
      const end = start.indexOf(10)
      if (end !== -1) return start.toString('utf8', 0, end)
      if (start.length > 65536) break
    }
    return start.toString('utf8', 0, 65536)
  } catch (cause) {
    throw new Problem(`Cannot read the table "${path}": ${reasons[systemCode(cause) ?? ''] ?? 'it cannot be read'}`, {
      cause,
    })
  } finally {
    raw.destroy()
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  Z_DATA_ERROR: 'it is no gzip file',
  Z_BUF_ERROR: 'its end is missing',
}
