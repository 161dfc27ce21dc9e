import { BadWeights } from '../bad-weights.ts'
import { cursor } from '../cursor.ts'

/** HDF5's own limit. */
const mostDimensions = 32

/** The sizes of an array, [] for a single value; undefined for no value at all. Specification, IV.A.2.b. */
export function readDataspace(body: Uint8Array): readonly number[] | undefined {
  const at = cursor(body)
  const version = at.u8()
  const rank = at.u8()
  if (rank > mostDimensions) throw new BadWeights(`an array of ${rank} dimensions is more than HDF5 allows`)
  at.skip(1)
  if (version === 1) at.skip(5)
  else if (version !== 2) throw new BadWeights('it has array shapes of an unknown version')
  else if (at.u8() === 2) return undefined
  return Array.from({ length: rank }, () => at.u64())
}
