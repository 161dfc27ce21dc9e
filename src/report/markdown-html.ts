import { escapeText } from './escape.ts'

/**
 * Turns the small markdown of reports into HTML: paragraphs, `-` lists, bold, italic, code and links to https
 * addresses. Everything is escaped first, so that no text can bring markup of its own.
 */
export function markdownHtml(markdown: string): string {
  return markdown
    .trim()
    .split(/\n\s*\n/)
    .filter(block => block.trim() !== '')
    .map(blockHtml)
    .join('\n')
}

function blockHtml(block: string): string {
  const lines = block.split('\n').map(line => line.trim())
  if (lines.every(line => line.startsWith('- '))) {
    return `<ul>${lines.map(line => `<li>${inlineHtml(line.slice(2))}</li>`).join('')}</ul>`
  }
  return `<p>${inlineHtml(lines.join(' '))}</p>`
}

/** One line: code first, since nothing inside it means anything else. */
export function inlineHtml(text: string): string {
  return escapeText(text)
    .split(/(`[^`]+`)/)
    .map(part => (/^`[^`]+`$/.test(part) ? `<code>${part.slice(1, -1)}</code>` : emphasis(part)))
    .join('')
}

function emphasis(escaped: string): string {
  return escaped
    .replace(/\[([^\]]+)\]\((https:\/\/[^\s()]+)\)/g, '<a href="$2" rel="noreferrer">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*\s][^*]*)\*/g, '<em>$1</em>')
}
