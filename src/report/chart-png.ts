import type { Chart } from './chart.ts'
import { chartSvg } from './chart-svg.ts'
import { escapeText } from './escape.ts'
import { fontFamily, fontPath } from './fonts.ts'
import { light } from './palette.ts'

export interface PngOptions {
  /** Width of one chart in pixels before doubling; default 520. */
  readonly width?: number
  /** Height of one chart; default 340. */
  readonly height?: number
  /** Pixels a unit; default 2, for sharp text on dense screens. */
  readonly scale?: number
}

const gap = 28
const titleHeight = 30

/** Charts side by side with their titles as one PNG on white, such as `history.png`. */
export async function chartPng(
  charts: readonly { readonly title: string; readonly chart: Chart }[],
  options: PngOptions = {},
): Promise<Uint8Array> {
  const { width = 520, height = 340, scale = 2 } = options
  const drawn: string[] = []
  for (const [i, { title, chart }] of charts.entries()) {
    const x = gap + i * (width + gap)
    const svg = await chartSvg(chart, { width, height, prefix: `chart-${i + 1}` })
    drawn.push(
      `<text x="${x + 4}" y="${gap + 14}" font-family="${fontFamily}" font-size="16" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>`,
      svg.replace('<svg ', `<svg x="${x}" y="${gap + titleHeight}" `),
    )
  }
  const full = { width: gap + charts.length * (width + gap), height: height + titleHeight + 2 * gap }
  return svgPng(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${full.width}" height="${full.height}">${drawn.join('')}</svg>`,
    scale,
  )
}

/** An SVG as PNG, on white, with the shipped font only. */
export async function svgPng(svg: string, scale = 1): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js')
  const image = new Resvg(svg, {
    background: light.surface,
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontPath('Regular', 'ttf'), fontPath('SemiBold', 'ttf')],
      defaultFontFamily: fontFamily,
    },
  })
  return new Uint8Array(image.render().asPng())
}
