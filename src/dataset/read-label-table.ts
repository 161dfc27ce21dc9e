import { Problem } from '../core/index.ts'
import { cells, delimiterOf } from './csv.ts'
import type { TableSpec } from './data-spec.ts'
import { headerLine } from './header-line.ts'
import { isParquet } from './row-place.ts'
import { columnOf } from './table-column.ts'
import { csvRows, quoted, type RunSql, withDuckDb } from './with-duckdb.ts'

/** The rows of a table with a column a finding, in the table's order, each text with a line for every row. */
export interface LabelRows {
  readonly count: number
  readonly images: string
  /** '' where the table does not say. */
  readonly patients: string
  /** One sign for each finding, as `signedFindings` reads them, `!` where the cell cannot be understood; then `,` and a 1 if wanted. */
  readonly signs: string
  /** Follow-up, age, sex and view, with `,` between. */
  readonly facts: string
}

/**
 * Reads a table with a column a finding.
 *
 * @throws Problem when the table cannot be read, or lacks a column.
 */
export async function readLabelTable(path: string, spec: TableSpec): Promise<LabelRows> {
  return withDuckDb(path, async run => {
    const { names, from } = isParquet(path) ? await parquetSource(path, run) : await csvSource(path)
    const [found] = await run(query(path, names, from, spec))
    const [count, images, patients, signs, facts] = found ?? []
    if (Number(count ?? 0) === 0) throw new Problem(`Cannot read the table "${path}": it has a header and no rows`)
    return {
      count: Number(count),
      images: String(images),
      patients: String(patients),
      signs: String(signs),
      facts: String(facts),
    }
  })
}

interface Source {
  readonly names: readonly string[]
  /** What SQL reads from: columns of text called c0, c1 … */
  readonly from: string
}

async function csvSource(path: string): Promise<Source> {
  const { header, lineEnd } = await headerLine(path)
  const delimiter = delimiterOf(header)
  const names = cells(header, delimiter).map(name => name.trim())
  return { names, from: csvRows(path, { names: names.map((_, i) => `c${i}`), delimiter, lineEnd }) }
}

async function parquetSource(path: string, run: RunSql): Promise<Source> {
  const described = await run(`DESCRIBE SELECT * FROM read_parquet(${quoted(path)})`)
  const names = described.map(([name]) => String(name))
  const columns = names.map((name, i) => `CAST("${name.replaceAll('"', '""')}" AS VARCHAR) AS c${i}`)
  return { names, from: `(SELECT ${columns.join(', ')} FROM read_parquet(${quoted(path)}))` }
}

function query(path: string, names: readonly string[], from: string, spec: TableSpec): string {
  const column = (name: string | undefined): string =>
    name === undefined ? 'NULL' : `trim(c${columnOf(name, names, path)})`
  const wanted = Object.entries(spec.only ?? {}).map(([name, values]) => isOneOf(column(name), values))
  const signs = spec.findings.map(name => signOf(column(name), spec.values))
  return `
    SELECT count(*),
      string_agg(line(coalesce(${column(spec.image)}, '')), chr(10)),
      string_agg(line(coalesce(${column(spec.patient)}, '')), chr(10)),
      string_agg(concat(${[...signs, "','", wanted.length === 0 ? "'1'" : `CASE WHEN ${wanted.join(' AND ')} THEN 1 ELSE 0 END`].join(', ')}), chr(10)),
      string_agg(concat(whole(${column(spec.study)}), ',', years(${column(spec.age)}), ',',
        coalesce(one_of(${column(spec.sex)}, 'M', 'F'), left(one_of(${column(spec.sex)}, 'MALE', 'FEMALE'), 1)), ',',
        one_of(${column(spec.view)}, 'PA', 'AP')), chr(10))
    FROM ${from}`
}

const usual = { yes: ['1', '1.0', 'true'], no: ['0', '0.0', 'false'], uncertain: ['-1', '-1.0'] }

function signOf(column: string, values: TableSpec['values']): string {
  const { yes, no, uncertain } = { ...usual, ...values }
  return `CASE WHEN ${isOneOf(column, yes)} THEN '1' WHEN ${isOneOf(column, no)} THEN '0'
    WHEN ${isOneOf(column, uncertain)} THEN '?' WHEN coalesce(${column}, '') = '' THEN '-' ELSE '!' END`
}

function isOneOf(column: string, values: readonly string[]): string {
  const list = values.map(value => quoted(value.trim().toLowerCase()))
  return list.length === 0 ? 'false' : `lower(coalesce(${column}, '')) IN (${list.join(', ')})`
}
