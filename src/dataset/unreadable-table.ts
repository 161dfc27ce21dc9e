import { Problem } from '../core/index.ts'

/** DuckDB's own message shows the line, which names a patient, so it is not kept as the cause. */
export function unreadableTable(path: string, error: unknown): unknown {
  const text = error instanceof Error ? error.message : ''
  if (!/^(Invalid Input|IO|Conversion) Error/.test(text)) return error
  const line = /Line: (\d+)/.exec(text)?.[1]
  const found = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text)
  const where = line === undefined ? 'it is damaged' : `line ${line} is not like the others`
  const why = found === null ? '' : `: it has ${found[2]} columns, ${found[1]} were wanted`
  return new Problem(`Cannot read the table "${path}": ${where}${why}`)
}
