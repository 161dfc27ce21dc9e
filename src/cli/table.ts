import { paint } from './output.ts'

/**
 * Rows in columns, each as wide as its longest cell, under a dim header.
 * @param right columns whose cells stand at the right, as numbers do
 */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] {
  const widths = header.map((title, k) => Math.max(title.length, ...rows.map(row => row[k]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (right.includes(k) ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join('  ')
      .trimEnd()
  return [paint('dim', line(header), process.stdout), ...rows.map(line)]
}
