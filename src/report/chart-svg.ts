import type { Chart } from './chart.ts'
import { describeChart } from './describe-chart.ts'
import { escapeText } from './escape.ts'
import { textMeasure } from './fonts.ts'
import { measureInVega } from './measure-in-vega.ts'
import { type ChartSize, vegaLite } from './vega-lite.ts'

export interface SvgOptions extends ChartSize {
  /** Begins the names of clip paths and the like, so that several charts live on one page. */
  readonly prefix?: string
  /** What the picture shows, for readers who do not see it; default: said from the data. */
  readonly label?: string
}

/** Draws a chart as SVG, without a browser, with the shipped font's measures: the same bytes on every machine. */
export async function chartSvg(chart: Chart, options: SvgOptions = {}): Promise<string> {
  const [vega, { compile }, measure] = await Promise.all([import('vega'), import('vega-lite'), textMeasure()])
  measureInVega(vega, measure)
  const quiet = vega.logger(vega.Error)
  const { spec } = compile(vegaLite(chart, options), { logger: quiet })
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logger: quiet })
  try {
    return finish(await view.toSVG(), options.label ?? describeChart(chart), options.prefix ?? 'chart')
  } finally {
    view.finalize()
  }
}

function finish(svg: string, label: string, prefix: string): string {
  const size = /^<svg[^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]+)"[^>]*>/.exec(svg)
  if (!size) throw new Error('Cannot read the size of the drawn chart')
  const [opening, width, height, box] = size
  const head = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(label)}" width="${width}" height="${height}" viewBox="${box}">`
  return head + renameIds(svg.slice(opening.length), prefix)
}

/** vega numbers ids over the whole process; here they are counted anew in each chart. */
function renameIds(svg: string, prefix: string): string {
  const names = new Map<string, string>()
  for (const [, id] of svg.matchAll(/\bid="([^"]+)"/g)) names.set(id!, `${prefix}-${names.size + 1}`)
  return svg
    .replace(/\bid="([^"]+)"/g, (all, id: string) => (names.has(id) ? `id="${names.get(id)}"` : all))
    .replace(/url\(#([^)]+)\)/g, (all, id: string) => (names.has(id) ? `url(#${names.get(id)})` : all))
}
