/**
 * One frontal film as grey levels: row by row from the top left, 0 (black) to 65535 (white). Values of 8-bit files are
 * multiplied by 257, so that both depths share one scale.
 */
export interface Film {
  readonly width: number
  readonly height: number
  /** `width × height` values. */
  readonly pixels: Uint16Array
}

/** The brightest value of a film. */
export const white = 65535

/** A film whose pixels have been checked against its size. */
export function film(width: number, height: number, pixels: Uint16Array): Film {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`Cannot make a film of ${width} × ${height} pixels: both must be whole numbers from 1`)
  }
  if (pixels.length !== width * height) {
    throw new RangeError(`Cannot make a film of ${width} × ${height} pixels from ${pixels.length} values`)
  }
  return { width, height, pixels }
}
