// Writes docs/operators.md from the tables of the built package.
import { writeFileSync } from 'node:fs'
import { operatorsDocument } from '../dist/src/testing/operators-document.js'

writeFileSync(new URL('../docs/operators.md', import.meta.url), operatorsDocument())
