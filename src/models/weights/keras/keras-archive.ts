import { BadWeights } from '../bad-weights.ts'
import type { Weights } from '../weights.ts'
import type { ZipArchive } from '../zip.ts'
import { parseKerasConfig } from './keras-config.ts'
import { readKerasH5 } from './keras-h5.ts'

const configName = 'config.json'
const weightsName = 'model.weights.h5'
const longestConfig = 1 << 26

export function isKerasArchive(zip: ZipArchive): boolean {
  return zip.names.includes(configName) && zip.names.includes(weightsName)
}

/** Reads a `.keras` archive of Keras 3: the model's description and its weights, each a file. */
export async function readKerasArchive(zip: ZipArchive): Promise<Weights> {
  const config = await zip.entry(configName)
  const weights = await zip.entry(weightsName)
  if (config === undefined || weights === undefined || config.size > longestConfig) {
    throw new BadWeights(`its zip archive has no ${weightsName}, or a ${configName} that is far too long`)
  }
  return readKerasH5(weights, parseKerasConfig(new TextDecoder().decode(config.read(0, config.size))))
}
