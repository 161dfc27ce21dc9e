import { BadWeights } from '../bad-weights.ts'
import type { ByteSource } from '../byte-source.ts'
import { openHdf5 } from '../hdf5/hdf5.ts'
import type { Weights } from '../weights.ts'
import { parseKerasConfig } from './keras-config.ts'
import { layerList, readListed } from './listed-layout.ts'
import { layerGroups, readNumbered } from './numbered-layout.ts'
import { tensorsOf } from './tensor-list.ts'

/**
 * Reads the weights of a Keras `.h5` or `.hdf5` file: weights alone or a whole model, of Keras 1 to 3.
 *
 * @param description the model's description where it is kept outside the file
 * @throws BadWeights, RangeError
 */
export function readKerasH5(source: ByteSource, description?: unknown): Weights {
  const root = openHdf5(source)
  const texts = root.texts()
  const written = texts.get('model_config')?.[0]
  const config = written === undefined ? description : parseKerasConfig(written)
  const about = config === undefined ? {} : { kerasConfig: config }
  const listed = root.child('model_weights') ?? root
  if (listed !== root || texts.has(layerList) || texts.has(`${layerList}0`)) {
    return { format: 'keras', tensors: tensorsOf(readListed(listed, config)), about }
  }
  if (!root.names.some(name => name === 'vars' || layerGroups.includes(name))) {
    throw new BadWeights('it is an HDF5 file, but none with the weights of a Keras model')
  }
  return { format: 'keras', tensors: tensorsOf(readNumbered(root, config)), about }
}
