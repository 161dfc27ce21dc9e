export function isParquet(table: string): boolean {
  return /\.parquet$/i.test(table)
}

/** Where a person finds a row, given from 0: by its line below the header, or by its number in a Parquet file, which has no lines. */
export function rowPlace(row: number, table: string): string {
  return isParquet(table) ? `row ${row + 1}` : `line ${row + 2}`
}

export interface RowPlaces {
  /** What errors call the table. */
  readonly path: string
  /** Where a person finds a row. */
  placeOf(row: number): string
}
