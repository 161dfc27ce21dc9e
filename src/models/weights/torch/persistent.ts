import { BadWeights } from '../bad-weights.ts'
import { nameOf } from './name.ts'
import { Global, Storage, Tuple, type Value } from './values.ts'

/**
 * What a reference to something outside the pickle stands for: a storage, as `('storage', type, key, place, length)`; in old
 * files also the class of a module, as `('module', class, file of its source, text of its source)`, of which the name is kept.
 */
export function persistentValue(id: Value): Value {
  const [kind, type, key, , length, view] = id instanceof Tuple ? id.items : []
  if (!(type instanceof Global)) throw new BadWeights('it is damaged: a reference to a storage was wanted')
  if (kind === 'module') return type
  if (kind !== 'storage' || !(typeof length === 'number' && length >= 0)) {
    throw new BadWeights('it is damaged: a reference to a storage was wanted')
  }
  if (view !== undefined && view !== null) {
    throw new BadWeights('it was written by PyTorch before 0.4, whose views of storages are not read', {
      next: 'load and save it again with a newer PyTorch',
    })
  }
  return new Storage(type.name.replace(/^.*\./, ''), nameOf(key), length)
}
