import { Problem } from '../core/index.ts'
import { lineReader } from './lines.ts'
import { readTableShape, type TableShape } from './nih-header.ts'
import { numbering } from './numbering.ts'
import { csvRows, withDuckDb } from './with-duckdb.ts'

/**
 * The rows of a table that have a film, in the table's order. DuckDB reads, cleans, joins and writes the cells that go into the
 * CSV files; three long texts then cross over to JavaScript, since a million cells would take longer to move than all of that.
 */
export interface TableRows {
  readonly count: number
  /** For each row the place of its film in the list of names. */
  readonly films: Int32Array
  /** For each row the number of its patient, from 0. */
  readonly patients: Int32Array
  /** For each row the place of its findings in `combinations`. */
  readonly findings: Int32Array
  /** The different texts of `Finding Labels`: `Effusion|Pneumonia`. */
  readonly combinations: readonly string[]
  /** A line for each row: the cells before the findings, each with a comma after it: row from 0, name, follow-up, patient, age, sex. */
  readonly persons: string
  /**
   * A line for each row: the cells that the guide deletes, each with a comma after it: view, width, height, spacing in x and y.
   * '' where they were not asked for.
   */
  readonly exposures: string
  /** Sentences about what is odd in these rows. They hold counts, never names. */
  readonly warnings: readonly string[]
}

/**
 * Reads an NIH table and joins it with the names of films, by the whole name.
 *
 * @param exposures whether the cells that the guide deletes are wanted: they take DuckDB a third of its time
 * @throws Problem when the table is of another form, empty, or cannot be read.
 */
export async function readTable(path: string, names: readonly string[], exposures: boolean): Promise<TableRows> {
  const shape = await readTableShape(path)
  return withDuckDb(path, async run => {
    await run('CREATE TABLE film AS SELECT unnest(string_split($1, chr(10))) AS name', [names.join('\n')])
    const [found = []] = await run(query(path, shape, exposures))
    const [inTable, withFilm, ...rest] = found
    if (Number(inTable) === 0) throw new Problem(`Cannot read the table "${path}": it has a header and no rows`)
    const [absurdAge, noPatient, otherPatient, keys, persons, exposed] = rest
    return {
      ...readKeys(String(keys ?? ''), Number(withFilm)),
      persons: String(persons ?? ''),
      exposures: String(exposed ?? ''),
      warnings: warningsOf(Number(absurdAge), Number(noPatient), Number(otherPatient)),
    }
  })
}

const columns = ['name', 'findings', 'follow_up', 'patient', 'age', 'sex', 'view', 'width', 'height', 'x', 'y', 'rest']

function query(path: string, { columns: count, lineEnd }: TableShape, exposures: boolean): string {
  const from = csvRows(path, { names: columns.slice(0, count), delimiter: ',', lineEnd })
  return `
    WITH entry AS (
      SELECT row_number() OVER () - 1 AS row, name, follow_up, sex, view, width, height, x, y,
        line(coalesce(findings, '')) AS findings, years(age) AS age,
        coalesce(TRY_CAST(patient AS BIGINT)::VARCHAR, line(patient), '') AS patient
      FROM ${from}
    ), joined AS (
      SELECT film.rowid AS film, name, findings, patient, age,
        concat(row, ',', cell(name), ',', whole(follow_up), ',', cell(patient), ',',
          CASE WHEN age BETWEEN 0 AND 120 THEN age END, ',', one_of(sex, 'M', 'F'), ',') AS person,
        concat(one_of(view, 'PA', 'AP'), ',', whole(width), ',', whole(height), ',', millimetres(x), ',', millimetres(y), ',') AS exposure
      FROM entry LEFT JOIN film USING (name)
    )
    SELECT count(*), count(film),
      count(*) FILTER (film IS NOT NULL AND NOT age BETWEEN 0 AND 120),
      count(*) FILTER (film IS NOT NULL AND patient = ''),
      count(*) FILTER (film IS NOT NULL AND CASE WHEN whole(left(name, 8)) IS DISTINCT FROM whole(patient) THEN regexp_matches(name, '^\\d{8}_\\d{3}\\.') END),
      string_agg(concat(film, chr(10), patient, chr(10), findings), chr(10)) FILTER (film IS NOT NULL),
      string_agg(person, chr(10)) FILTER (film IS NOT NULL),
      ${exposures ? 'string_agg(exposure, chr(10)) FILTER (film IS NOT NULL)' : 'NULL'}
    FROM joined`
}

/** Takes a text apart that has three lines for each row. */
function readKeys(
  text: string,
  count: number,
): Pick<TableRows, 'count' | 'films' | 'patients' | 'findings' | 'combinations'> {
  const lines = lineReader(text)
  const films = new Int32Array(count)
  const patients = new Int32Array(count)
  const findings = new Int32Array(count)
  const patientNumbers = numbering()
  const combinations = numbering()
  for (let row = 0; row < count; row++) {
    films[row] = Number(lines.next())
    patients[row] = patientNumbers.of(lines.next())
    findings[row] = combinations.of(lines.next())
  }
  return { count, films, patients, findings, combinations: combinations.texts() }
}

function warningsOf(absurdAge: number, noPatient: number, otherPatient: number): string[] {
  return [
    absurdAge > 0 && `Films with an age that nobody has (above 120 years), which was left empty: ${absurdAge}`,
    noPatient > 0 && `Films without a patient in the table, which count as one person's: ${noPatient}`,
    otherPatient > 0 && `Films with another patient in their name than in the table, which counts: ${otherPatient}`,
  ].filter(warning => warning !== false)
}
