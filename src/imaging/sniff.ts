import { BadFilm } from './bad-film.ts'

export type FilmFormat = 'png' | 'jpeg'

interface Signature {
  readonly at?: number
  readonly bytes: readonly number[]
}

const png: Signature = { bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] }
const jpeg: Signature = { bytes: [0xff, 0xd8, 0xff] }

/** Kinds of file that people pass by mistake, each with the end of the sentence that says so. */
const others: readonly (readonly [Signature, string])[] = [
  [
    { at: 128, bytes: [0x44, 0x49, 0x43, 0x4d] },
    'it is a DICOM file, and DICOM is not read yet: convert it to a 16-bit PNG',
  ],
  [{ bytes: [0x47, 0x49, 0x46, 0x38] }, 'it is a GIF file, a PNG or JPEG file is wanted'],
  [{ bytes: [0x42, 0x4d] }, 'it is a BMP file, a PNG or JPEG file is wanted'],
  [{ bytes: [0x49, 0x49, 0x2a, 0x00] }, 'it is a TIFF file, a PNG or JPEG file is wanted'],
  [{ bytes: [0x4d, 0x4d, 0x00, 0x2a] }, 'it is a TIFF file, a PNG or JPEG file is wanted'],
  [{ at: 8, bytes: [0x57, 0x45, 0x42, 0x50] }, 'it is a WebP file, a PNG or JPEG file is wanted'],
  [{ bytes: [0xff, 0x4f, 0xff, 0x51] }, 'it is a JPEG 2000 file, a PNG or JPEG file is wanted'],
  [{ at: 4, bytes: [0x6a, 0x50, 0x20, 0x20] }, 'it is a JPEG 2000 file, a PNG or JPEG file is wanted'],
  [{ bytes: [0x25, 0x50, 0x44, 0x46] }, 'it is a PDF file, a PNG or JPEG file is wanted'],
  [{ bytes: [0x50, 0x4b, 0x03, 0x04] }, 'it is a zip archive, a PNG or JPEG file is wanted'],
  [{ bytes: [0x1f, 0x8b] }, 'it is a gzip file, a PNG or JPEG file is wanted'],
]

/**
 * The format of a film file by its first bytes; its name is not asked.
 *
 * @throws BadFilm that says what the file is instead
 */
export function sniff(bytes: Uint8Array): FilmFormat {
  if (matches(bytes, png)) return 'png'
  if (matches(bytes, jpeg)) return 'jpeg'
  if (bytes.length === 0) throw new BadFilm('the file is empty')
  const other = others.find(([signature]) => matches(bytes, signature))
  if (other) throw new BadFilm(other[1])
  throw new BadFilm(
    looksLikeText(bytes)
      ? 'it is a text file, a PNG or JPEG file is wanted'
      : 'its first bytes are those of neither PNG nor JPEG',
  )
}

function matches(bytes: Uint8Array, { at = 0, bytes: wanted }: Signature): boolean {
  return wanted.every((value, i) => bytes[at + i] === value)
}

/** UTF-8 without control characters, as far as the first bytes tell. */
function looksLikeText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 512)
  if (start.some(byte => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false
  try {
    // As a stream: a letter of several bytes may be cut at the end.
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true })
    return true
  } catch {
    return false
  }
}
