import { eightBit, encodePng } from './encode-png.ts'
import type { Film } from './film.ts'
import { type Heat, sampleHeat } from './heat.ts'
import { inferno } from './inferno.ts'
import { shrinkFilm } from './resize-film.ts'
import { loadVips } from './vips.ts'

export interface OverlayOptions {
  /** The heat that gets the full colour, in units of the logit. Default: the map's own maximum. */
  readonly full?: number
}

/** The longest side of the picture. */
const longest = 1024
/** How much of the film the hottest colour may hide. */
const mostAlpha = 0.65

/**
 * The film in grey with a map that covers it in colour, as an RGB PNG of the film's shape, at most 1024 pixels a side.
 * Colour and opacity both grow with the heat; where there is none the film shows unchanged.
 */
export async function overlayPng(film: Film, heat: Heat, options: OverlayOptions = {}): Promise<Uint8Array> {
  const shown = await shrinkFilm(film, longest)
  const full = options.full ?? heat.values.reduce((most, value) => Math.max(most, value), 0)
  if (!(full > 0)) return encodePng(shown, { bits: 8 })
  const { width, height } = shown
  const vips = await loadVips()
  return vips(paint(shown, heat, full), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6, palette: false })
    .toBuffer()
}

function paint(film: Film, heat: Heat, full: number): Uint8Array {
  const { width, height } = film
  const grey = eightBit(film)
  const colours = new Uint8Array(width * height * 3)
  for (let i = 0; i < grey.length; i++) {
    const u = ((i % width) + 0.5) / width
    const v = (Math.floor(i / width) + 0.5) / height
    const strength = Math.min(1, Math.max(0, sampleHeat(heat, u, v) / full))
    const alpha = mostAlpha * strength
    // The dark end of the colour map would only blacken the film, so the colours begin a third of the way up.
    const colour = inferno(0.35 + 0.6 * strength)
    for (let c = 0; c < 3; c++) colours[3 * i + c] = Math.round((1 - alpha) * grey[i]! + alpha * colour[c]!)
  }
  return colours
}
