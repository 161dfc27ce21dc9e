import { BadWeights } from '../bad-weights.ts'
import type { ByteSource } from '../byte-source.ts'
import { textOf } from '../cursor.ts'
import type { Weights } from '../weights.ts'
import type { ZipArchive } from '../zip.ts'
import { longestPickle, roomFor } from './legacy-stream.ts'
import { networkOf } from './network-of.ts'
import { persistentValue } from './persistent.ts'
import { storageWidth, tensorMaker } from './tensor-data.ts'
import { unpickle } from './unpickle.ts'
import { Storage } from './values.ts'

const pickleName = /^(.*\/)?data\.pkl$/

export function isTorchArchive(zip: ZipArchive): boolean {
  return zip.names.some(name => pickleName.test(name))
}

/**
 * Reads what torch.save writes since PyTorch 1.6: a zip archive with a pickle (`NAME/data.pkl`) and each storage as a file
 * (`NAME/data/0`).
 *
 * @throws BadWeights, RangeError
 */
export async function readTorchArchive(source: ByteSource, zip: ZipArchive): Promise<Weights> {
  const [name, ...others] = zip.names.filter(entry => pickleName.test(entry))
  if (name === undefined || others.length > 0) throw new BadWeights('its zip archive has no pickle, or several')
  const folder = name.slice(0, -'data.pkl'.length)
  if (zip.names.includes(`${folder}constants.pkl`)) {
    throw new BadWeights('it is a TorchScript program, weights were wanted', {
      next: 'python: torch.save(torch.jit.load("model.pt").state_dict(), "weights.pth")',
    })
  }
  await checkByteOrder(zip, folder)
  const pickle = await zip.entry(name)
  if (pickle === undefined || pickle.size > longestPickle) throw new BadWeights('its pickle is far too long')
  const storages = new Map<string, Storage>()
  const { value } = unpickle(pickle.read(0, pickle.size), id => {
    const found = persistentValue(id)
    if (found instanceof Storage) storages.set(found.key, found)
    return found
  })
  const files = await storageFiles(zip, folder, storages)
  return networkOf(
    value,
    tensorMaker(storage => {
      const file = files.get(storage.key)
      if (file === undefined || file.size !== storage.length * storageWidth(storage)) {
        throw new BadWeights(`its storage "${storage.key}" is missing or has another size`)
      }
      return file.read(0, file.size)
    }, roomFor(source)),
  )
}

/** Files before PyTorch 2.1 do not say it; they are of little-endian machines. */
async function checkByteOrder(zip: ZipArchive, folder: string): Promise<void> {
  const entry = await zip.entry(`${folder}byteorder`)
  const order = entry === undefined ? 'little' : textOf(entry.read(0, Math.min(entry.size, 16)))
  if (order !== 'little') throw new BadWeights(`its numbers are ${order}-endian, little-endian ones were wanted`)
}

async function storageFiles(
  zip: ZipArchive,
  folder: string,
  storages: ReadonlyMap<string, Storage>,
): Promise<ReadonlyMap<string, ByteSource>> {
  const files = new Map<string, ByteSource>()
  for (const key of storages.keys()) {
    const file = await zip.entry(`${folder}data/${key}`)
    if (file !== undefined) files.set(key, file)
  }
  return files
}
