/** A cell as Python's csv module writes it with minimal quoting, which pandas' `to_csv` uses. */
export function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** The cells of one line that holds no line end of its own. */
export function cells(line: string, delimiter = ','): string[] {
  return line.includes('"') ? quotedCells(line, delimiter) : line.split(delimiter)
}

function quotedCells(line: string, delimiter: string): string[] {
  const found: string[] = []
  let position = 0
  while (position <= line.length) {
    const [value, end] = line[position] === '"' ? quotedCell(line, position) : plainCell(line, position, delimiter)
    found.push(value)
    position = end + 1
  }
  return found
}

/** Of comma, semicolon and tab the one that the header has most of. */
export function delimiterOf(header: string): string {
  const outside = header.replaceAll(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map(sign => ({ sign, count: outside.split(sign).length }))
  return counts.reduce((most, each) => (each.count > most.count ? each : most)).sign
}

function plainCell(line: string, start: number, delimiter: string): [value: string, end: number] {
  const next = line.indexOf(delimiter, start)
  const end = next === -1 ? line.length : next
  return [line.slice(start, end), end]
}

function quotedCell(line: string, start: number): [value: string, end: number] {
  let value = ''
  let position = start + 1
  for (;;) {
    const quote = line.indexOf('"', position)
    if (quote === -1) throw new SyntaxError('A quoted cell has no end')
    value += line.slice(position, quote)
    if (line[quote + 1] !== '"') return [value, quote + 1]
    value += '"'
    position = quote + 2
  }
}
