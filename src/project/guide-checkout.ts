import { type Dirent, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Misuse, Problem } from '../core/index.ts'
import { type GuideSplit, readGuideSplit } from '../dataset/index.ts'
import {
  bucketOf,
  type GuideBucket,
  type GuideMachine,
  type GuideTraining,
  machinesOf,
  type ScriptFile,
  trainingOf,
} from './guide-scripts.ts'

export type { GuideMachine } from './guide-scripts.ts'

type FoundSplit = GuideSplit & { readonly trainingPath: string; readonly testingPath: string }

/** What a checkout of the guide's project holds; paths are below it. */
export interface GuideCheckout {
  readonly folder: string
  readonly split: FoundSplit | undefined
  /** Why both sets are there and are not taken. */
  readonly splitRefusal: string | undefined
  /** `Data_Entry_2017.csv`. */
  readonly table: string | undefined
  /** The folder with films below it. */
  readonly images: string | undefined
  /** The films while they are packed. */
  readonly archive: string | undefined
  readonly bucket: GuideBucket | undefined
  readonly s3cfg: string | undefined
  readonly workflows: readonly string[]
  readonly machines: readonly GuideMachine[]
  readonly training: GuideTraining
  /** The folder with `my_model.json` and `best.model.hdf5`. */
  readonly model: string | undefined
  /** Scripts and settings that Chestnut has no use for. */
  readonly unneeded: readonly string[]
}

/**
 * Looks through a checkout of the guide's project. Keys in it are not read.
 *
 * @throws Misuse when there is no such folder, or nothing of the guide in it
 */
export async function readGuideCheckout(folder: string): Promise<GuideCheckout> {
  const facts = await stat(folder).catch(() => undefined)
  if (facts?.isDirectory() !== true) {
    throw new Misuse(`Cannot take over "${folder}": there is no such folder`, {
      next: 'chestnut init --from-guide FOLDER, a checkout of the project of the guide',
    })
  }
  const has = (path: string): boolean => existsSync(join(folder, path))
  const first = (paths: readonly string[]): string | undefined => paths.find(has)
  const files = await scriptsIn(folder)
  const [trainingPath, testingPath] = ['training_set.csv', 'testing_set.csv'].map(name => first([`data/${name}`, name]))
  const sets =
    trainingPath === undefined || testingPath === undefined
      ? undefined
      : await readSplit(folder, trainingPath, testingPath)
  const split = sets instanceof Problem ? undefined : sets
  const models = ['model', 'server', '.', 'app'].filter(path => has(join(path, 'my_model.json')))
  const found: GuideCheckout = {
    folder,
    split,
    splitRefusal: sets instanceof Problem ? sets.message : undefined,
    table: first(['data/Data_Entry_2017.csv', 'data/Data_Entry_2017_v2020.csv', 'Data_Entry_2017.csv']),
    images: await imagesIn(folder, split && new Set(split.rows.images)),
    archive: first(['data/Archive.zip', 'Archive.zip']),
    bucket: bucketOf(files),
    s3cfg: first(['.s3cfg']),
    workflows: files.map(({ path }) => path).filter(path => path.startsWith('.github/workflows/')),
    machines: machinesOf(files),
    training: trainingOf(files),
    model: models.find(path => has(join(path, 'best.model.hdf5'))),
    unneeded: ['Dockerfile', 'requirements.txt', 'pipeline', 'model/model.py', 'server/server.py'].filter(has),
  }
  const { table, images, archive, bucket, machines, model } = found
  if ([sets, table, images, archive, bucket, model].every(part => part === undefined) && machines.length === 0) {
    throw new Misuse(`Cannot take over "${folder}": nothing of the guide's project is in it`, {
      next: 'chestnut init --from-guide FOLDER, or chestnut init --data FOLDER for films alone',
    })
  }
  return found
}

async function readSplit(folder: string, trainingPath: string, testingPath: string): Promise<FoundSplit | Problem> {
  try {
    const split = await readGuideSplit({ training: trainingPath, testing: testingPath }, resolve(folder))
    return { ...split, trainingPath, testingPath }
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const nihName = /^\d{8}_\d{3}\.(png|jpe?g)$/i

/**
 * Where the pipeline looks for films: folders that are called `images…`. The guide's project has another one of this name, with the
 * pictures of its text.
 *
 * @param names of films; undefined: those that the NIH gives
 */
async function imagesIn(folder: string, names: ReadonlySet<string> | undefined): Promise<string | undefined> {
  for (const parent of ['data', '.']) {
    for (const entry of await entriesOf(join(folder, parent))) {
      if (!entry.isDirectory() || !entry.name.startsWith('images')) continue
      const files = await readdir(join(folder, parent, entry.name))
      if (files.some(name => names?.has(name) ?? nihName.test(name))) return parent
    }
  }
  return undefined
}

const kinds = /\.(sh|py|ya?ml|md)$|^\.s3cfg$|^\.env$/
/** Bytes; scripts are smaller. */
const largest = 1 << 20
const passedOver = new Set(['.git', 'node_modules', 'data', 'images', 'eda'])

async function scriptsIn(folder: string, below = '', depth = 0): Promise<readonly ScriptFile[]> {
  const files: ScriptFile[] = []
  for (const entry of await entriesOf(join(folder, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory() && depth < 3 && !passedOver.has(entry.name)) {
      files.push(...(await scriptsIn(folder, path, depth + 1)))
    } else if (entry.isFile() && kinds.test(entry.name) && (await stat(join(folder, path))).size < largest) {
      files.push({ path, text: await readFile(join(folder, path), 'utf8') })
    }
  }
  return files
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  if (!existsSync(folder)) return []
  return (await readdir(folder, { withFileTypes: true })).sort((a, b) => a.name.localeCompare(b.name))
}
