import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Problem, systemCode } from '../core/index.ts'

/** SHA-256 of a file, read in pieces. `what` names it in an error: "the table". @throws Problem when it cannot be read */
export async function fileDigest(path: string, what: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece)
  } catch (cause) {
    const is = systemCode(cause) === 'ENOENT' ? 'there is no such file' : 'it cannot be read'
    throw new Problem(`Cannot read ${what} "${path}": ${is}`, { cause })
  }
  return hash.digest('hex')
}
