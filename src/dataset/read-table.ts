import type { DuckDBConnection } from '@duckdb/node-api'
import { Problem } from '../core/index.ts'
import { readTableShape, type TableShape } from './nih-header.ts'

/**
 * The rows of a table that have a film, column by column, in the table's order. DuckDB reads, cleans and joins, and hands over
 * what goes into the CSV files as ready text: a few long strings are cheaper to move than a million cells.
 */
export interface TableRows {
  /** Number of the row in the table, from 0, as pandas counts. */
  readonly rows: readonly string[]
  /** Place of the row's film in the list of names. */
  readonly films: Int32Array
  /** `Finding Labels`: `Effusion|Pneumonia`. */
  readonly findings: readonly string[]
  readonly patients: readonly string[]
  /** The cells follow-up, patient, age and sex. */
  readonly persons: readonly string[]
  /** The cells view, width, height and spacing in x and y. */
  readonly exposures: readonly string[]
  readonly facts: TableFacts
}

export interface TableFacts {
  /** Rows in the table, with and without a film. */
  readonly rows: number
  /** Rows whose image name begins with another patient than the table says. */
  readonly otherPatient: number
  /** Rows with a number of years above 120. */
  readonly absurdAge: number
  /** Rows without a patient. */
  readonly noPatient: number
}

/**
 * Reads an NIH table and joins it with the names of films, by the whole name.
 *
 * @throws Problem when the table is of another form, empty, or cannot be read.
 */
export async function readTable(path: string, names: readonly string[]): Promise<TableRows> {
  const shape = await readTableShape(path)
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const database = await DuckDBInstance.create(':memory:')
  try {
    const connection = await database.connect()
    await load(connection, path, shape)
    const facts = await readFacts(connection)
    if (facts.rows === 0) throw new Problem(`Cannot read the table "${path}": it has a header and no rows`)
    await connection.run('CREATE TABLE film AS SELECT unnest(string_split($1, chr(10))) AS name', [names.join('\n')])
    return { ...(await joined(connection)), facts }
  } finally {
    database.closeSync()
  }
}

const columns = ['name', 'findings', 'follow_up', 'patient', 'age', 'sex', 'view', 'width', 'height', 'x', 'y', 'rest']

/** Everything is read as text, so that no cell can stop the reading; what is no number becomes an empty cell. */
async function load(connection: DuckDBConnection, path: string, shape: TableShape): Promise<void> {
  const types = columns.slice(0, shape.columns).map(name => `${name}: 'VARCHAR'`)
  const source = `read_csv(${literal(path)}, auto_detect = false, header = false, skip = 1, delim = ',', quote = '"', escape = '"',
    new_line = ${shape.lineEnd === '\n' ? "'\\n'" : "'\\r\\n'"}, columns = {${types.join(', ')}})`
  try {
    await connection.run(`
      CREATE MACRO cell(text) AS CASE WHEN regexp_matches(text, '[",\\r\\n]') THEN '"' || replace(text, '"', '""') || '"' ELSE text END;
      CREATE MACRO whole(text) AS TRY_CAST(text AS INTEGER);
      CREATE MACRO in_years(text) AS coalesce(TRY_CAST(text AS INTEGER), TRY_CAST(regexp_extract(text, '^0*(\\d+)Y$', 1) AS INTEGER));
      CREATE TABLE entry AS
      SELECT name, coalesce(findings, '') AS findings, patient, years AS age,
        concat(whole(follow_up), ',', cell(patient), ',', CASE WHEN years <= 120 THEN years END, ',', sex) AS person,
        concat(view, ',', whole(width), ',', whole(height), ',', TRY_CAST(x AS DOUBLE), ',', TRY_CAST(y AS DOUBLE)) AS exposure
      FROM (
        SELECT name, findings, follow_up, width, height, x, y, in_years(age) AS years,
          coalesce(TRY_CAST(patient AS BIGINT)::VARCHAR, replace(patient, chr(10), ' ')) AS patient,
          CASE WHEN upper(sex) IN ('M', 'F') THEN upper(sex) END AS sex,
          CASE WHEN upper(view) IN ('PA', 'AP') THEN upper(view) END AS view
        FROM ${source}
      )`)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** DuckDB's own message shows the line, which names a patient, so it is not kept as the cause. */
function unreadable(path: string, error: unknown): unknown {
  const text = error instanceof Error ? error.message : ''
  if (!/^(Invalid Input|IO|Conversion) Error/.test(text)) return error
  const line = /Line: (\d+)/.exec(text)?.[1]
  const found = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text)
  const where = line === undefined ? 'it is damaged' : `line ${line} is not like the others`
  const why = found === null ? '' : `: it has ${found[2]} columns, ${found[1]} were wanted`
  return new Problem(`Cannot read the table "${path}": ${where}${why}`)
}

async function readFacts(connection: DuckDBConnection): Promise<TableFacts> {
  const result = await connection.runAndReadAll(`
    SELECT count(*), count(*) FILTER (regexp_matches(name, '^\\d{8}_\\d{3}\\.') AND left(name, 8)::BIGINT <> TRY_CAST(patient AS BIGINT)),
      count(*) FILTER (age > 120), count(*) FILTER (patient IS NULL)
    FROM entry`)
  const [rows = 0, otherPatient = 0, absurdAge = 0, noPatient = 0] = (result.getRows()[0] ?? []).map(Number)
  return { rows, otherPatient, absurdAge, noPatient }
}

async function joined(connection: DuckDBConnection): Promise<Omit<TableRows, 'facts'>> {
  const fields = ['row', 'film', 'findings', 'patient', 'person', 'exposure']
  const texts = fields.map(field => `string_agg(${field}, chr(10) ORDER BY row)`)
  const result = await connection.runAndReadAll(`
    SELECT ${texts.join(', ')}
    FROM (
      SELECT entry.rowid AS row, film.rowid AS film, replace(findings, chr(10), ' ') AS findings, coalesce(patient, '') AS patient, person, exposure
      FROM entry JOIN film USING (name)
    )`)
  const [rows, films, findings, patients, persons, exposures] = (result.getRows()[0] ?? []).map(lines)
  return {
    rows: rows ?? [],
    films: Int32Array.from(films ?? [], Number),
    findings: findings ?? [],
    patients: patients ?? [],
    persons: persons ?? [],
    exposures: exposures ?? [],
  }
}

/** `null`, the sum of no texts, is no line. */
function lines(text: unknown): string[] {
  return typeof text === 'string' ? text.split('\n') : []
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
