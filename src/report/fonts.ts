import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../core/index.ts'

/** The one font of all charts and pages (Inter, Latin letters), so that a picture is the same on every machine. */
export const fontFamily = 'Inter'

export type FontWeight = 'Regular' | 'SemiBold'

export function fontPath(weight: FontWeight, kind: 'ttf' | 'woff2'): string {
  return join(packageRoot(), 'assets', 'fonts', `Inter-${weight}.${kind}`)
}

/** The font as `data:` address, for a page that loads nothing. */
export async function fontAddress(weight: FontWeight): Promise<string> {
  return `data:font/woff2;base64,${(await readFile(fontPath(weight, 'woff2'))).toString('base64')}`
}

/** Width of a text in pixels. */
export type MeasureText = (text: string, size: number, weight: FontWeight) => number

type Widths = Readonly<Record<FontWeight, Readonly<Record<string, number>>>>

/** Reads the letters' widths (in parts of the font size); a letter that the font lacks counts as a wide one. */
export async function textMeasure(): Promise<MeasureText> {
  const file = join(packageRoot(), 'assets', 'fonts', 'Inter-widths.json')
  const widths = JSON.parse(await readFile(file, 'utf8')) as Widths
  return (text, size, weight) => {
    let sum = 0
    for (const letter of text) sum += widths[weight][letter] ?? 0.65
    return sum * size
  }
}
