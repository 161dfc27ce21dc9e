import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Misuse, Problem, systemCode } from '../core/index.ts'

/** The files of a model that another tool trained. */
export interface ModelParts {
  /** The description, where it is a file of its own. */
  readonly description?: PartFile
  readonly weights: PartFile
}

export interface PartFile {
  /** Without its folder. */
  readonly name: string
  readonly bytes: Uint8Array
}

const isDescription = (name: string): boolean => /\.json$/i.test(name)
const isWeights = (name: string): boolean => /\.(h5|hdf5|keras)$/i.test(name)
const guideNames: readonly string[] = ['my_model.json', 'best.model.hdf5']

/**
 * Reads the description and the weights of a Keras model: `my_model.json` with `best.model.hdf5`, or one file with both.
 * @param paths files, or the folder in which they are
 * @throws Misuse when it is not clear which files are meant
 */
export async function modelParts(paths: readonly string[]): Promise<ModelParts> {
  const files = (await Promise.all(paths.map(filesAt))).flat()
  const description = oneOf(files, isDescription, 'descriptions (.json)', paths)
  const weights = oneOf(files, isWeights, 'files of weights (.h5, .hdf5, .keras)', paths)
  if (weights === undefined) {
    throw new Misuse(`Cannot import "${paths.join('", "')}": no file of weights (.h5, .hdf5, .keras) is among it`, {
      next: 'chestnut import my_model.json best.model.hdf5',
    })
  }
  return { weights: await part(weights), ...(description !== undefined && { description: await part(description) }) }
}

/** Of several in a folder the one that the guide names. */
function oneOf(
  files: readonly string[],
  is: (name: string) => boolean,
  what: string,
  paths: readonly string[],
): string | undefined {
  const found = files.filter(is)
  const [first] = found.filter(file => guideNames.includes(basename(file)))
  if (found.length <= 1 || first !== undefined) return first ?? found[0]
  const names = found.map(file => `"${basename(file)}"`).join(', ')
  throw new Misuse(`Cannot import "${paths.join('", "')}": it has ${found.length} ${what}: ${names}; one was wanted`, {
    next: 'name the files: chestnut import my_model.json best.model.hdf5',
  })
}

async function filesAt(path: string): Promise<readonly string[]> {
  return reading(path, async () => {
    const isFolder = (await stat(path)).isDirectory()
    return isFolder ? (await readdir(path)).sort().map(name => join(path, name)) : [path]
  })
}

async function part(path: string): Promise<PartFile> {
  return { name: basename(path), bytes: await reading(path, () => readFile(path)) }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'it is a folder, a file was wanted',
  EACCES: 'this user may not read it',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    const reason = reasons[systemCode(cause) ?? '']
    if (reason === undefined) throw cause
    throw new Problem(`Cannot import "${path}": ${reason}`, { cause, next: 'chestnut import FOLDER' })
  }
}
