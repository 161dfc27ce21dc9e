import { chartMarkdown } from './chart-markdown.ts'
import { numberText } from './numbers.ts'
import type { Check, Report, Section } from './report.ts'

/** The report as markdown that reads well as it stands: tables, and bars of blocks. Pictures of films are left out. */
export function renderMarkdown(report: Report): string {
  const head = [`# ${line(report.title)}`, ...(report.subtitle === undefined ? [] : [line(report.subtitle)])]
  return `${[...head, ...report.sections.map(sectionMarkdown)].filter(part => part !== '').join('\n\n')}\n`
}

function sectionMarkdown(section: Section): string {
  switch (section.kind) {
    case 'heading':
      return `${'#'.repeat(section.level ?? 2)} ${line(section.text)}`
    case 'text':
      return safe(section.markdown.trim())
    case 'warning':
      return [
        '> [!WARNING]',
        ...safe(section.markdown.trim())
          .split('\n')
          .map(text => `> ${text}`.trimEnd()),
      ].join('\n')
    case 'figures': {
      const noted = section.items.some(item => item.note !== undefined)
      const rows = section.items.map(({ label, value, note }) => [
        label,
        `**${value}**`,
        ...(noted ? [note ?? ''] : []),
      ])
      return tableMarkdown(['', '', ...(noted ? [''] : [])], rows)
    }
    case 'checks':
      return tableMarkdown(
        ['', 'Gate', 'Found'],
        section.items.map(({ outcome, title, text }) => [`${signs[outcome]} ${outcome}`, title, text]),
      )
    case 'table':
      return titled(section.title, tableMarkdown(section.columns, section.rows))
    case 'chart':
      return section.pictureOnly === true ? '' : titled(section.title, chartMarkdown(section.chart))
    case 'images':
      return ''
    case 'row':
      return inside(section.sections)
    case 'details':
      return `<details>\n<summary>${line(section.summary)}</summary>\n\n${inside(section.sections)}\n\n</details>`
    default:
      return section satisfies never
  }
}

const signs: Readonly<Record<Check['outcome'], string>> = { pass: '✅', fail: '❌', unknown: '❔' }

function inside(sections: readonly Section[]): string {
  return sections
    .map(sectionMarkdown)
    .filter(part => part !== '')
    .join('\n\n')
}

function titled(title: string | undefined, body: string): string {
  return title === undefined ? body : `**${line(title)}**\n\n${body}`
}

function tableMarkdown(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = columns.map((_, c) => rows.some(row => typeof row[c] === 'number'))
  const rule = numeric.map(number => (number ? '---:' : '---'))
  const cells = rows.map(row => row.map(cell => (typeof cell === 'number' ? numberText(cell) : cellText(cell))))
  return [columns.map(cellText), rule, ...cells].map(row => `| ${row.join(' | ')} |`).join('\n')
}

function cellText(text: string): string {
  return line(text).replace(/\|/g, '\\|')
}

function line(text: string): string {
  return safe(text).replace(/\s+/g, ' ').trim()
}

/** No HTML of a text's own. */
function safe(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
