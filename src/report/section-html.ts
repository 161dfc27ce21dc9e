import type { Chart } from './chart.ts'
import { chartSvg } from './chart-svg.ts'
import { chartTable } from './chart-table.ts'
import { escapeText } from './escape.ts'
import { inlineHtml, markdownHtml } from './markdown-html.ts'
import { numberText } from './numbers.ts'
import type { Check, Figure, Picture, Section } from './report.ts'
import { chartHeight } from './vega-lite.ts'

/** What drawing one page needs to remember: which charts were drawn and which anchors were given. */
export interface Page {
  charts: number
  readonly anchors: Set<string>
}

const warningSign =
  '<svg viewBox="0 0 24 24" role="img" aria-label="Warning"><path d="M12 9v4m0 4h.01M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0z"/></svg>'

/** Where a section stands: how many are side by side, and the height that its chart shares with its neighbours'. */
interface Place {
  readonly columns: number
  readonly height: number
}

export async function sectionHtml(
  section: Section,
  page: Page,
  place: Place = { columns: 1, height: 0 },
): Promise<string> {
  switch (section.kind) {
    case 'heading': {
      const level = section.level ?? 2
      return `<h${level} id="${anchor(section.text, page)}">${inlineHtml(section.text)}</h${level}>`
    }
    case 'text':
      return `<div>${markdownHtml(section.markdown)}</div>`
    case 'warning':
      return `<aside>${warningSign}<div>${markdownHtml(section.markdown)}</div></aside>`
    case 'figures':
      return `<dl class="figures">${section.items.map(figureHtml).join('')}</dl>`
    case 'checks':
      return `<ul class="checks">${section.items.map(checkHtml).join('')}</ul>`
    case 'table':
      return `<div class="card">${titleHtml(section.title)}${tableHtml(section.columns, section.rows, section.title)}</div>`
    case 'chart':
      return chartHtml(section, page, place)
    case 'images':
      return `<div class="card">${titleHtml(section.title)}<div class="films">${section.items.map(pictureHtml).join('')}</div></div>`
    case 'row': {
      const shared = { columns: section.sections.length, height: sharedHeight(section.sections) }
      return `<div class="row">${await insideHtml(section.sections, page, shared)}</div>`
    }
    case 'details':
      return `<details class="part"><summary>${inlineHtml(section.summary)}</summary>${await insideHtml(section.sections, page)}</details>`
    default:
      return section satisfies never
  }
}

/** One after the other, since the page counts charts and anchors. */
async function insideHtml(sections: readonly Section[], page: Page, place?: Place): Promise<string> {
  const parts: string[] = []
  for (const section of sections) parts.push(await sectionHtml(section, page, place))
  return parts.join('\n')
}

/** A name for a heading that links can point at, given once. */
export function anchor(text: string, page: Page): string {
  const base =
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'section'
  let name = base
  for (let i = 2; page.anchors.has(name); i++) name = `${base}-${i}`
  page.anchors.add(name)
  return name
}

function titleHtml(title: string | undefined): string {
  return title === undefined ? '' : `<p class="title">${inlineHtml(title)}</p>`
}

function figureHtml({ label, value, note }: Figure): string {
  const small = note === undefined ? '' : `<span class="note">${inlineHtml(note)}</span>`
  return `<div><dt>${inlineHtml(label)}</dt><dd><span class="value">${escapeText(value)}</span>${small}</dd></div>`
}

const checkSigns: Readonly<Record<Check['outcome'], string>> = {
  pass: 'm5 12.5 4.5 4.5L19 7.5',
  fail: 'm6.5 6.5 11 11m0-11-11 11',
  unknown: 'M9 9.2a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.1-1.4 2.2m0 3.4h.01',
}

function checkHtml({ outcome, title, text }: Check): string {
  const sign = `<svg viewBox="0 0 24 24" role="img" aria-label="${outcome}"><path d="${checkSigns[outcome]}"/></svg>`
  return `<li class="${outcome}">${sign}<div><strong>${inlineHtml(title)}</strong><span>${inlineHtml(text)}</span></div></li>`
}

function pictureHtml({ png, caption }: Picture): string {
  const address = `data:image/png;base64,${Buffer.from(png).toString('base64')}`
  return `<figure><img src="${address}" alt="${escapeText(caption)}"><figcaption>${inlineHtml(caption)}</figcaption></figure>`
}

async function chartHtml(
  section: Section & { kind: 'chart' },
  page: Page,
  { columns, height }: Place,
): Promise<string> {
  const table = chartTable(section.chart)
  const numbers = table
    ? `<details><summary>The numbers</summary>${tableHtml(table.columns, table.rows, section.title)}</details>`
    : ''
  const drawn: string[] = []
  for (const [kind, width] of columns === 1 ? fullWidth : columns === 2 ? halfWidth : thirdWidth) {
    page.charts++
    const prefix = `chart-${page.charts}`
    const svg = await chartSvg(section.chart, { width, prefix, height: heightOf(section.chart, height) })
    drawn.push(`<div class="${kind}">${svg}</div>`)
  }
  return `<figure class="card"><figcaption>${inlineHtml(section.title)}</figcaption>${drawn.join('')}${numbers}</figure>`
}

/** Lying bars and intervals keep their own height, since taller ones would only be thicker. */
function heightOf(chart: Chart, shared: number): number {
  const own = chartHeight(chart)
  return (chart.kind === 'bars' && !chart.upright) || chart.kind === 'intervals' ? own : Math.max(own, shared)
}

/** The greatest height of charts side by side. */
function sharedHeight(sections: readonly Section[]): number {
  return Math.max(0, ...sections.map(section => (section.kind === 'chart' ? chartHeight(section.chart) : 0)))
}

/** A chart over the full width is drawn once more for phones, where it would shrink until nobody can read it. */
const fullWidth = [
  ['chart wide', 940],
  ['chart narrow', 440],
] as const
const halfWidth = [['chart', 450]] as const
const thirdWidth = [['chart', 400]] as const

function tableHtml(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  label: string | undefined,
): string {
  const numeric = columns.map((_, c) => rows.length > 0 && rows.every(row => isNumber(row[c] ?? '')))
  const align = (c: number): string => (numeric[c] ? ' class="number"' : '')
  const head = columns.map((column, c) => `<th scope="col"${align(c)}>${inlineHtml(column)}</th>`).join('')
  const body = rows.map(row => {
    const cells = row.map((cell, c) => {
      const text = typeof cell === 'number' ? numberText(cell) : inlineHtml(cell)
      return c === 0 && !numeric[0] ? `<th scope="row">${text}</th>` : `<td${align(c)}>${text}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeText(label ?? 'Table')}"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** A number, or a text that is written as one: `38.4%`, `0.917`, `–`. */
function isNumber(cell: string | number): boolean {
  return typeof cell === 'number' || /^([-−]?[\d.,]+%?|–|)$/.test(cell)
}
