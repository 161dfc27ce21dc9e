export interface CutOptions {
  /** What a text may measure. */
  readonly most: number
  /** Default: UTF-16 units, of which a text has at least as many as characters. */
  measure?(text: string): number
  /** Said at the place of the cut. */
  readonly notice: string
}

/** Markdown that is not too long: cut between lines, with what was open shut again, and a notice of it; nothing where not even that fits. */
export function cutMarkdown(markdown: string, options: CutOptions): string {
  const { most, measure = text => text.length, notice } = options
  if (measure(markdown) <= most) return markdown
  const lines = markdown.split('\n')
  // The last number of lines that fits; with more lines, more is open and the text longer.
  let fits = 0
  let tooMany = lines.length
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (measure(ended(lines.slice(0, middle), notice)) <= most) fits = middle
    else tooMany = middle
  }
  const cut = ended(lines.slice(0, fits), notice)
  return measure(cut) <= most ? cut : ''
}

function ended(lines: readonly string[], notice: string): string {
  const { fence, details } = openAtEnd(lines)
  return [
    ...lines,
    ...(fence === undefined ? [] : [fence]),
    ...Array.from({ length: details }, () => '\n</details>'),
    '',
    `> [!NOTE]\n> ${notice}\n`,
  ].join('\n')
}

/** Blocks that a reader would still be in: a fence of code, and folds. */
function openAtEnd(lines: readonly string[]): { readonly fence: string | undefined; readonly details: number } {
  let fence: string | undefined
  let details = 0
  for (const line of lines) {
    const [, marks] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? []
    if (marks !== undefined) {
      if (fence === undefined) fence = marks
      else if (marks[0] === fence[0] && marks.length >= fence.length && line.trim() === marks) fence = undefined
    }
    if (fence !== undefined) continue
    details += (line.match(/<details\b/g)?.length ?? 0) - (line.match(/<\/details>/g)?.length ?? 0)
  }
  return { fence, details: Math.max(0, details) }
}
