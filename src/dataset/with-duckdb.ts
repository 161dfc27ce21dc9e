import type { LineEnd } from './header-line.ts'
import { loadDuckDb } from './load-duckdb.ts'
import { unreadableTable } from './unreadable-table.ts'

/** Runs SQL that may use the macros below, and gives the rows. */
export type RunSql = (sql: string, values?: string[]) => Promise<unknown[][]>

/**
 * Lends a DuckDB in memory that keeps the order of rows.
 *
 * @throws Problem when the table cannot be read.
 */
export async function withDuckDb<T>(path: string, use: (run: RunSql) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = loadDuckDb()
  // With one thread, and joins as they are written, rows keep the table's order. Two threads would be no faster here.
  const database = await DuckDBInstance.create(':memory:', {
    threads: '1',
    disabled_optimizers: 'join_order,build_side_probe_side',
  })
  try {
    const connection = await database.connect()
    await connection.run(macros)
    return await use((sql, values) =>
      connection.runAndReadAll(sql, values).then(
        read => read.getRows(),
        (error: unknown) => {
          throw unreadableTable(path, error)
        },
      ),
    )
  } finally {
    database.closeSync()
  }
}

/** For tables in which everything is read as text, so that no cell can stop the reading; what is no number, sex or view becomes an empty cell. */
const macros = `
  CREATE MACRO cell(text) AS
    CASE WHEN contains(text, ',') OR contains(text, '"') OR contains(text, chr(10)) OR contains(text, chr(13))
    THEN '"' || replace(text, '"', '""') || '"' ELSE text END;
  CREATE MACRO line(text) AS CASE WHEN contains(text, chr(10)) THEN replace(text, chr(10), ' ') ELSE text END;
  CREATE MACRO whole(text) AS TRY_CAST(text AS INTEGER);
  CREATE MACRO millimetres(text) AS CASE WHEN TRY_CAST(text AS DOUBLE) IS NOT NULL THEN text END;
  CREATE MACRO years(text) AS coalesce(whole(text), whole(regexp_extract(text, '^0*(\\d+)Y$', 1)));
  CREATE MACRO one_of(text, a, b) AS CASE WHEN upper(text) IN (a, b) THEN upper(text) END`

/** What SQL reads a CSV file from: a row for each line but the first, all of it text. */
export function csvRows(
  path: string,
  {
    names,
    delimiter,
    lineEnd,
  }: { readonly names: readonly string[]; readonly delimiter: string; readonly lineEnd: LineEnd },
): string {
  const types = names.map(name => `${name}: 'VARCHAR'`)
  return `read_csv(${quoted(path)}, auto_detect = false, header = false, skip = 1, delim = ${quoted(delimiter)}, quote = '"',
    escape = '"', new_line = '${lineEnd === '\n' ? '\\n' : '\\r\\n'}', columns = {${types.join(', ')}})`
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
