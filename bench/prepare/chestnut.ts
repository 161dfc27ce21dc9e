/** Chestnut's preparation as a process: node chestnut.js TABLE IMAGES FOLDER. Prints the seconds of the work alone. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Collection, defaultSplit, type FilmFile, prepare } from '../../src/dataset/index.ts'

const [table = '', images = '', folder = ''] = process.argv.slice(2)
const paths = (await readFile(images, 'utf8')).trimEnd().split('\n')
const films = paths.map((path): FilmFile => ({ name: basename(path), path, size: 0, mtime: 0, inode: 0 }))
const collection: Collection = { kind: 'nih', table, films, digest: '', warnings: [] }
// The films do not exist; a stage takes their digests from an index.
const digests = new Map(films.map(film => [film.name, '0'.repeat(64)]))
// pandas' import of itself is not in its figure either.
await import('@duckdb/node-api')

const started = performance.now()
const prepared = await prepare(collection, { target: 'Pneumonia', split: defaultSplit, digests })
await writeFile(join(folder, 'training_set.csv'), prepared.training)
await writeFile(join(folder, 'validation_set.csv'), prepared.validation)
await writeFile(join(folder, 'testing_set.csv'), prepared.testing)
await writeFile(join(folder, 'manifest.csv'), prepared.manifest)
console.log((performance.now() - started) / 1000)
