import type { Film } from './film.ts'
import { loadVips } from './vips.ts'

export interface PngOptions {
  /** 16 keeps every value, 8 rounds to the nearest of 256. Default: 16. */
  readonly bits?: 8 | 16
}

/** A film as a grey PNG without metadata; equal films give equal bytes. */
export async function encodePng(film: Film, options: PngOptions = {}): Promise<Uint8Array> {
  const vips = await loadVips()
  const { width, height } = film
  const wide = options.bits !== 8
  const samples = wide ? film.pixels : eightBit(film)
  return vips(samples, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace(wide ? 'grey16' : 'b-w')
    .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false })
    .toBuffer()
}

/** Grey levels 0 to 255, rounded. */
export function eightBit({ pixels }: Film): Uint8Array {
  return Uint8Array.from(pixels, value => Math.round(value / 257))
}
