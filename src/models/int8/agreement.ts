import { elements, floats, type Tensor } from '../../core/index.ts'

/** How alike two computations of the same features are. */
export interface Agreement {
  /** Films that were compared. */
  readonly films: number
  /** Cosine between both feature vectors of a film: the median over films, and the film that agrees least. */
  readonly cosine: number
  readonly leastCosine: number
  /** √(Σ difference² / Σ float32²) over everything. */
  readonly error: number
}

/** Adds up over batches. */
export interface AgreementSum {
  /** @param float32 [N, …] @param int8 the same films */
  add(float32: Tensor, int8: Tensor): void
  readonly agreement: Agreement
}

export function agreementSum(): AgreementSum {
  const cosines: number[] = []
  let squares = 0
  let differences = 0
  return {
    add(float32, int8) {
      const width = elements(float32.shape.slice(1))
      const [a, b] = [floats(float32), floats(int8)]
      for (let start = 0; start < a.length; start += width) {
        let [product, first, second] = [0, 0, 0]
        for (let i = start; i < start + width; i++) {
          product += a[i]! * b[i]!
          first += a[i]! ** 2
          second += b[i]! ** 2
          differences += (a[i]! - b[i]!) ** 2
        }
        squares += first
        cosines.push(first === 0 && second === 0 ? 1 : product / Math.sqrt(first * second || 1))
      }
    },
    get agreement() {
      const sorted = cosines.toSorted((a, b) => a - b)
      return {
        films: sorted.length,
        cosine: sorted[sorted.length >> 1] ?? 1,
        leastCosine: sorted[0] ?? 1,
        error: Math.sqrt(differences / (squares || 1)),
      }
    },
  }
}

/** What a linear layer sees of features [N, C, …]: the mean of each channel, one row a film. */
export function pooledRows(features: Tensor): Float64Array {
  const [films = 0, channels = 1, ...spatial] = features.shape
  const size = elements(spatial)
  const values = floats(features)
  return Float64Array.from({ length: films * channels }, (_, row) => {
    let sum = 0
    for (let i = row * size; i < (row + 1) * size; i++) sum += values[i]!
    return sum / size
  })
}

/**
 * How far two kinds of pooled features differ, against what they tell films apart by: for each channel the standard deviation over
 * films of the difference by that of float32, 1 at most, since a channel cannot be more than lost; of these the root mean square. A
 * head that standardises its channels sees just that, and no shift that all films share.
 */
export function spreadError(float32: Float64Array, int8: Float64Array, films: number): number {
  const channels = float32.length / films
  let [sum, told] = [0, 0]
  for (let channel = 0; channel < channels; channel++) {
    const column = (of: (at: number) => number): number =>
      variance(Float64Array.from({ length: films }, (_, film) => of(film * channels + channel)))
    const spread = column(at => float32[at]!)
    if (spread < leastVariance) continue
    sum += Math.min(1, column(at => int8[at]! - float32[at]!) / spread)
    told++
  }
  return Math.sqrt(sum / (told || 1))
}

/** A channel below it is the same for all films. */
const leastVariance = 1e-12

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
