import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createJiti } from 'jiti'
import { isJsonObject, Misuse, Problem, packageRoot } from '../core/index.ts'
import { type Config, parseConfig } from './config.ts'

export interface LoadedConfig {
  readonly config: Config
  /** The folder that relative paths in the configuration start from. */
  readonly base: string
  /** The file, or undefined when there is none and the defaults are used. */
  readonly path: string | undefined
}

export const configName = 'chestnut.config.ts'

/**
 * Reads the project's configuration.
 * @param path a file; default: `chestnut.config.ts` in `folder`, and the embedded defaults where there is none
 */
export async function loadConfig(folder: string, path?: string): Promise<LoadedConfig> {
  const file = resolve(folder, path ?? configName)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) {
    throw new Misuse(`Cannot read the configuration "${path ?? configName}": it is a folder, a file was wanted`)
  }
  if (found === undefined) {
    if (path !== undefined) {
      throw new Misuse(`Cannot read the configuration "${path}": there is no such file`, { next: 'chestnut init' })
    }
    return { config: parseConfig({}), base: resolve(folder), path: undefined }
  }
  return { config: parseConfig(await evaluateFile(file), path ?? configName), base: dirname(file), path: file }
}

/** A configuration is a program of the project's owner: it may read the environment and its own folder. */
async function evaluateFile(file: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    alias: { chestnut: join(packageRoot(), 'dist', 'src', 'index.js') },
  })
  try {
    const loaded: unknown = await jiti.import(file)
    const config: unknown = isJsonObject(loaded) && 'default' in loaded ? await loaded['default'] : undefined
    if (typeof config === 'object' && config !== null) return config
  } catch (cause) {
    throw new Problem(`Cannot read the configuration "${file}": ${reasonOf(cause)}`, { cause, next: `edit "${file}"` })
  }
  throw new Misuse(
    `Cannot use the configuration "${file}": it exports no object, wanted "export default defineConfig({ … })"`,
    {
      next: 'chestnut init',
    },
  )
}

/** The loader puts the place of a syntax error on a second line: `/…/chestnut.config.ts:3:14`. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const [first = '', second = ''] = cause.message.split('\n')
  const place = /:(\d+):(\d+)$/.exec(second.trim())
  const reason = first.replace(/^ParseError: /, '').trim()
  return place === null ? reason : `${reason} in line ${place[1]}, column ${Number(place[2]) + 1}`
}
