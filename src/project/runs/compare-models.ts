import { decode, encode } from '../../graph/index.ts'
import { type ModelCard, readCard, writeCard } from '../../models/index.ts'
import { type Change, changes } from './diff-runs.ts'

/** How two model files differ. */
export interface ModelComparison {
  /** `bytes`: the same file. `model`: the same but for what the card says of where it came from. `none`: another one. */
  readonly same: 'bytes' | 'model' | 'none'
  /** Where it came from, as far as that differs. */
  readonly provenance: readonly Change[]
  /** The largest difference of an answer to the drawn films of the card; NaN where they tell other findings. */
  readonly golden: number
  /** What the first one says that other kinds of processors may differ by. */
  readonly goldenTolerance: number
}

export function compareModels(first: Uint8Array, second: Uint8Array): ModelComparison {
  const [a, b] = [first, second].map(bytes => readCard(decode(bytes))) as [ModelCard, ModelCard]
  const isSame = Buffer.compare(first, second) === 0
  const isSameModel = isSame || Buffer.compare(anonymous(first), anonymous(second)) === 0
  return {
    same: isSame ? 'bytes' : isSameModel ? 'model' : 'none',
    provenance: changes(texts(a.provenance), texts(b.provenance)),
    golden: goldenDifference(a, b),
    goldenTolerance: a.goldenTolerance,
  }
}

/** The file as it would be wherever it was made. */
function anonymous(bytes: Uint8Array): Uint8Array {
  const graph = decode(bytes)
  return encode(
    writeCard({ ...graph, producer: { name: 'chestnut', version: '' } }, { ...readCard(graph), provenance: {} }),
  )
}

function goldenDifference(a: ModelCard, b: ModelCard): number {
  if (a.classes.join('\n') !== b.classes.join('\n') || a.golden.length !== b.golden.length) return Number.NaN
  const pairs = a.golden.flatMap(({ probabilities }, i) =>
    probabilities.map((probability, k) => Math.abs(probability - (b.golden[i]?.probabilities[k] ?? Number.NaN))),
  )
  return pairs.reduce((most, difference) => (difference > most || Number.isNaN(difference) ? difference : most), 0)
}

function texts(values: ModelCard['provenance']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
