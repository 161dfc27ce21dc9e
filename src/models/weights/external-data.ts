import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { Problem, systemCode } from '../../core/index.ts'
import type { ExternalPlace, ReadExternal } from '../../graph/index.ts'

/**
 * Reads the weights that an ONNX model keeps in files beside it. A path that leads out of the model's folder is refused:
 * absolute, with `..`, or over a link.
 *
 * @param folder the folder of the model's file
 */
export function externalData(folder: string): ReadExternal {
  return place => {
    const path = safePath(folder, place.location)
    const file = openSync(path, 'r')
    try {
      return readPlace(file, place)
    } finally {
      closeSync(file)
    }
  }
}

function safePath(folder: string, location: string): string {
  // A drive or a share of Windows, whichever system this is.
  const isForeign = /^[a-z]:|^[\\/]|\0/i.test(location)
  if (isForeign || isAbsolute(location) || location.split(/[\\/]/).includes('..')) throw outside(location)
  try {
    const root = realpathSync(folder)
    const path = realpathSync(resolve(root, location))
    const inside = relative(root, path)
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside(location)
    // Opening a pipe would wait for somebody to write into it.
    if (!statSync(path).isFile()) throw outside(location)
    return path
  } catch (cause) {
    if (systemCode(cause) === undefined) throw cause
    throw new Problem(`Cannot read the ONNX model: "${location}", which holds its weights, is not beside it`, {
      cause,
      next: 'put the file into the folder of the model',
    })
  }
}

function outside(location: string): Problem {
  return new Problem(
    `Cannot read the ONNX model: it wants weights from "${location}", which is outside its folder; nothing was read`,
  )
}

function readPlace(file: number, { location, offset, length }: ExternalPlace): Uint8Array {
  const facts = fstatSync(file)
  const wanted = length ?? facts.size - offset
  if (wanted < 0 || offset + wanted > facts.size) {
    throw new Problem(
      `Cannot read the ONNX model: "${location}" has ${facts.size} bytes, ${wanted} from byte ${offset} on were wanted`,
      { next: 'get the file again' },
    )
  }
  const bytes = new Uint8Array(wanted)
  for (let done = 0; done < wanted; ) {
    const count = readSync(file, bytes, done, Math.min(wanted - done, 2 ** 30), offset + done)
    if (count === 0) throw new Problem(`Cannot read the ONNX model: "${location}" became shorter while it was read`)
    done += count
  }
  return bytes
}
