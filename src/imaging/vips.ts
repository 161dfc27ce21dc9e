import type { Sharp, SharpOptions } from 'sharp'

export type Vips = (input: Uint8Array | Uint16Array, options?: SharpOptions) => Sharp

let loading: Promise<Vips> | undefined

/**
 * sharp (libvips), loaded when the first film needs it: it takes 80 ms. Several films are decoded side by side, so each
 * gets one thread; and no film is decoded twice, so libvips keeps no operations.
 */
export function loadVips(): Promise<Vips> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1)
    sharp.cache(false)
    return sharp
  })
  return loading
}
