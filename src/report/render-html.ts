import { createHash } from 'node:crypto'
import { escapeText } from './escape.ts'
import { inlineHtml } from './markdown-html.ts'
import { pageStyle } from './page-style.ts'
import type { Report, Section } from './report.ts'
import { anchor, type Page, sectionHtml } from './section-html.ts'

/**
 * The report as ONE self-contained page: light and dark, printable, without scripts and without a word to any other
 * host (its policy forbids both). The same report gives the same bytes.
 */
export async function renderHtml(report: Report): Promise<string> {
  const page: Page = { charts: 0, anchors: new Set() }
  const style = await pageStyle()
  const sections: string[] = []
  for (const section of report.sections) sections.push(await sectionHtml(section, page))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${policy(style)}">
<title>${escapeText(report.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="mark">Chestnut</p>
<h1>${inlineHtml(report.title)}</h1>
${report.subtitle === undefined ? '' : `<p class="subtitle">${inlineHtml(report.subtitle)}</p>`}
${contents(report)}
</header>
<main>
${sections.join('\n')}
</main>
<footer><p>Made by Chestnut. For research and engineering; not for diagnosis.</p></footer>
</body>
</html>
`
}

function policy(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64')
  return [
    `default-src 'none'`,
    `style-src 'sha256-${hash}'`,
    `img-src data:`,
    `font-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
}

/** Links to the headings, where there are enough of them to get lost. */
function contents(report: Report): string {
  const page: Page = { charts: 0, anchors: new Set() }
  const links = headingsIn(report.sections)
    .map(({ text, level }) => ({ text, level, name: anchor(text, page) }))
    .filter(({ level }) => (level ?? 2) === 2)
    .map(({ text, name }) => `<li><a href="#${name}">${inlineHtml(text)}</a></li>`)
  return links.length < 3 ? '' : `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>`
}

/** In the order in which they are drawn, those inside of rows and details too. */
function headingsIn(sections: readonly Section[]): readonly Extract<Section, { kind: 'heading' }>[] {
  return sections.flatMap(section =>
    section.kind === 'heading' ? [section] : 'sections' in section ? headingsIn(section.sections) : [],
  )
}
