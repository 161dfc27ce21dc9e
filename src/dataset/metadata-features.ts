import type { FilmRow } from './film-row.ts'

/** What the table says of a film beside its findings. None of it shows a lung. */
const metadataNames = ['view', 'age', 'sex', 'follow-up number', 'original size', 'order of collection'] as const
export type MetadataName = (typeof metadataNames)[number]

interface Fact {
  readonly columns: number
  /** One number for each column; null where the table does not say. */
  encode(row: FilmRow): readonly number[] | null
}

const facts: Readonly<Record<MetadataName, Fact>> = {
  view: { columns: 1, encode: row => (row.view === null ? null : [row.view === 'AP' ? 1 : 0]) },
  age: { columns: 2, encode: row => (row.age === null ? null : [row.age, row.age ** 2]) },
  sex: { columns: 1, encode: row => (row.sex === null ? null : [row.sex === 'M' ? 1 : 0]) },
  'follow-up number': { columns: 1, encode: row => (row.followUp === null ? null : [Math.log1p(row.followUp)]) },
  'original size': { columns: 2, encode: row => sizeOf(row.width, row.height) },
  'order of collection': { columns: 1, encode: row => [row.row] },
}

/** Row-major numbers with as many columns for each film; NaN is not known. */
export interface MetadataFeatures {
  readonly values: Float64Array
  readonly columns: number
}

/** The facts as numbers; each fact adds its columns, and one that is 1 where the table does not say. */
export function metadataFeatures(rows: readonly FilmRow[], names: readonly MetadataName[]): MetadataFeatures {
  const columns = names.reduce((sum, name) => sum + facts[name].columns + 1, 0)
  const values = rows.flatMap(row => names.flatMap(name => encode(facts[name], row)))
  return { values: Float64Array.from(values), columns }
}

/** The facts that the table states for at least one film. */
export function knownMetadata(rows: readonly FilmRow[]): readonly MetadataName[] {
  return metadataNames.filter(name => rows.some(row => facts[name].encode(row) !== null))
}

function encode(fact: Fact, row: FilmRow): readonly number[] {
  const known = fact.encode(row)
  return known === null ? [...new Array<number>(fact.columns).fill(Number.NaN), 1] : [...known, 0]
}

/** Area and aspect of the film as it was taken: they tell the device. */
function sizeOf(width: number | null, height: number | null): readonly number[] | null {
  if (width === null || height === null || width <= 0 || height <= 0) return null
  return [Math.log(width * height), width / height]
}
