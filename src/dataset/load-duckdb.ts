import { createRequire } from 'node:module'

/**
 * DuckDB, loaded on the first call. `import()` would look through all its 120 CommonJS files for the names of exports, which
 * takes longer than running them.
 */
export function loadDuckDb(): typeof import('@duckdb/node-api') {
  return createRequire(import.meta.url)('@duckdb/node-api')
}
