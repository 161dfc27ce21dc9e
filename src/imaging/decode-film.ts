import type { Metadata, OutputInfo, Sharp } from 'sharp'
import { BadFilm } from './bad-film.ts'
import type { Film } from './film.ts'
import { greyOf } from './grey.ts'
import { isAnimatedPng } from './png-animation.ts'
import { sniff } from './sniff.ts'
import { loadVips, type Vips } from './vips.ts'

export interface FilmLimits {
  /** The largest file, in bytes. Default: 64 MiB. */
  readonly bytes?: number
  /** The largest film, in pixels. Default: 64 million. */
  readonly pixels?: number
}

const defaults: Required<FilmLimits> = { bytes: 64 * 2 ** 20, pixels: 64e6 }

/**
 * A PNG or JPEG file as a film: 8 and 16 bit (and PNG's 1, 2 and 4), grey, RGB, RGBA and palette.
 *
 * - A file's values are taken as they are: colour profiles and gamma are ignored, 8-bit values are multiplied by 257.
 * - Colour: where the channels are equal their value is taken exactly (NIH has grey films stored as RGBA); else the
 *   luma of ITU-R BT.601, as Pillow's `convert('L')` takes it.
 * - Transparent pixels are laid over black, the colour of a film's unexposed border in PNG.
 * - EXIF orientation is applied: the film is read as a person sees it.
 * - Refused: CMYK, animations, truncated and damaged files, and all other formats. Limits are checked on the header,
 *   before a pixel is decoded.
 *
 * @throws BadFilm with a sentence that never holds a file name
 */
export async function decodeFilm(bytes: Uint8Array, limits: FilmLimits = {}): Promise<Film> {
  const { bytes: mostBytes, pixels: mostPixels } = { ...defaults, ...limits }
  if (bytes.length > mostBytes) {
    throw new BadFilm(`the file has ${bytes.length} bytes, ${mostBytes} are allowed`)
  }
  const format = sniff(bytes)
  if (format === 'png' && isAnimatedPng(bytes)) throw new BadFilm('it is an animation, one film is wanted')
  const vips = await loadVips()
  const header = await readHeader(vips, bytes)
  checkHeader(header, mostPixels)
  const { data, info } = await readPixels(vips, bytes, header)
  return { width: info.width, height: info.height, pixels: await greyOf(data, info) }
}

async function readHeader(vips: Vips, bytes: Uint8Array): Promise<Metadata> {
  try {
    return await vips(bytes, { limitInputPixels: false }).metadata()
  } catch (cause) {
    throw new BadFilm('its header is damaged', { cause })
  }
}

function checkHeader({ width, height, space, pages = 1 }: Metadata, mostPixels: number): void {
  if (width * height > mostPixels) {
    throw new BadFilm(`it is ${width} × ${height} pixels large, ${mostPixels} pixels are allowed`)
  }
  if (pages > 1) throw new BadFilm(`it holds ${pages} pictures, one film is wanted`)
  if (space === 'cmyk') throw new BadFilm('its colours are CMYK, grey or RGB is wanted')
}

interface Samples {
  readonly data: Uint8Array | Uint16Array
  readonly info: OutputInfo
}

async function readPixels(vips: Vips, bytes: Uint8Array, header: Metadata): Promise<Samples> {
  const picture = vips(bytes, { limitInputPixels: false, failOn: 'error', ignoreIcc: true }).autoOrient()
  const wide = header.depth === 'ushort'
  try {
    // In "b-w" libvips drops the alpha of 8-bit grey.
    const { data, info } = await rawOf(picture, header.channels > (wide ? 2 : 1), wide).toBuffer({
      resolveWithObject: true,
    })
    return { data: wide ? shorts(data) : data, info }
  } catch (cause) {
    throw new BadFilm('its pixels are damaged or cut off', { cause })
  }
}

/** The file's own samples; without a colour space of the right width libvips silently gives 8 bits. */
function rawOf(picture: Sharp, colour: boolean, wide: boolean): Sharp {
  if (wide) return picture.toColourspace(colour ? 'rgb16' : 'grey16').raw({ depth: 'ushort' })
  return picture.toColourspace(colour ? 'srgb' : 'b-w').raw({ depth: 'uchar' })
}

function shorts(data: Uint8Array): Uint16Array {
  if (data.byteOffset % 2 === 0) return new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  return new Uint16Array(data.slice().buffer)
}
