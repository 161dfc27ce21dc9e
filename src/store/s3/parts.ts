/** Amazon takes 10,000 parts, Scaleway 1,000. */
const mostParts = 1000
const smallestPart = 8 << 20

/** Bytes up to which an object is sent in one request. */
export const oneRequest: number = 16 << 20

/** Bytes of each part, but the last, of an object of so many bytes. */
export function partSizeOf(size: number): number {
  return Math.max(smallestPart, Math.ceil(size / mostParts))
}

/** Bytes of a part of an object whose size is not known: they grow, so that a thousand of them hold 800 GiB. */
export function growingPart(index: number): number {
  return smallestPart * 2 ** Math.floor(index / 100)
}

export interface Part {
  /** From 1, as S3 counts. */
  readonly number: number
  readonly from: number
  /** The byte to stop before. */
  readonly to: number
}

/** The parts of so many bytes. */
export function partsOf(size: number, partSize: number): readonly Part[] {
  return Array.from({ length: Math.ceil(size / partSize) }, (_, i) => ({
    number: i + 1,
    from: i * partSize,
    to: Math.min(size, (i + 1) * partSize),
  }))
}
