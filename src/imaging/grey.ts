import { white } from './film.ts'
import { inBands } from './pause.ts'

export interface SampleLayout {
  readonly width: number
  readonly height: number
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: number
}

/** Interleaved samples (8 bit in a Uint8Array, else 16 bit) as 16-bit grey levels. */
export async function greyOf(data: Uint8Array | Uint16Array, layout: SampleLayout): Promise<Uint16Array> {
  const { width, height, channels } = layout
  if (data instanceof Uint16Array && channels === 1) return data.slice()
  const grey = new Uint16Array(width * height)
  const factor = data instanceof Uint16Array ? 1 : 257
  const fill = channels === 1 ? copyGrey : channels === 2 ? mixGrey : channels === 3 ? mixColour : mixColourAlpha
  await inBands(height, width * channels, (from, to) => fill(data, factor, grey, from * width, to * width))
  return grey
}

type Samples = Uint8Array | Uint16Array

function copyGrey(data: Samples, factor: number, grey: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) grey[i] = data[i]! * factor
}

function mixGrey(data: Samples, factor: number, grey: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) grey[i] = overBlack(data[2 * i]! * factor, data[2 * i + 1]! * factor)
}

function mixColour(data: Samples, factor: number, grey: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) grey[i] = luma(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!) * factor
}

function mixColourAlpha(data: Samples, factor: number, grey: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const value = luma(data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!) * factor
    grey[i] = overBlack(value, data[4 * i + 3]! * factor)
  }
}

/** ITU-R BT.601 luma of the samples as they are, rounded; equal samples give their own value. */
function luma(red: number, green: number, blue: number): number {
  if (red === green && green === blue) return red
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
}

function overBlack(value: number, alpha: number): number {
  return alpha === white ? value : Math.round((value * alpha) / white)
}
