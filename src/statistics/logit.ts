/** The probability of a logit, without overflow. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}

/** The logit of a probability; ±Infinity at 1 and 0. */
export function logit(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability)
}

/** log(1 + eᶻ) without overflow: the loss of a negative with the logit z. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
}
