/** Chestnut's preparation as a process: node chestnut.js TABLE IMAGES FOLDER. Prints the seconds of the work alone. */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Collection, defaultSplit, type FilmFile, type PrepareOptions, prepare } from '../../src/dataset/index.ts'

const [table = '', images = '', folder = ''] = process.argv.slice(2)
const paths = (await readFile(images, 'utf8')).trimEnd().split('\n')
const films = paths.map((path): FilmFile => ({ name: nameOf(path), path, size: 0, mtime: 0, inode: 0 }))
const collection: Collection = { kind: 'nih', table, films, digest: '', warnings: [] }
// The guide has no validation part and no manifest.
const split = { ...defaultSplit, validation: 0 }
const options: PrepareOptions = { targets: ['Pneumonia'], split, digests: new Map(), manifest: false }
// pandas' import of itself is not in its figure either.
createRequire(import.meta.url)('@duckdb/node-api')

const started = performance.now()
const prepared = await prepare(collection, options)
await writeFile(join(folder, 'training_set.csv'), prepared.training)
await writeFile(join(folder, 'testing_set.csv'), prepared.testing)
console.log((performance.now() - started) / 1000)

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
