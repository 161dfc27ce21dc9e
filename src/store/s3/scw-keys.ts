import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, Problem } from '../../core/index.ts'
import { unlessMissing } from '../file-problem.ts'
import type { Keys } from './s3cmd-keys.ts'

export interface ScwKeys {
  readonly keys: Keys
  readonly fromEnvironment: boolean
  readonly words: string
}

const standardRegion = 'fr-par'

/**
 * The keys of Scaleway's own tools: `SCW_…` in the environment, else its configuration file.
 *
 * @param profile one of the file; default: the active one, and what stands outside of profiles
 * @throws Problem when the file cannot be read
 */
export async function scwKeys(
  profile: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<ScwKeys | undefined> {
  const [id, secret] = [env['SCW_ACCESS_KEY'], env['SCW_SECRET_KEY']]
  if (profile === undefined && id && secret) {
    const words = 'the keys of SCW_ACCESS_KEY in the environment'
    return { keys: keysOf(id, secret, env['SCW_DEFAULT_REGION']), fromEnvironment: true, words }
  }
  const path = env['SCW_CONFIG_PATH'] ?? join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'scw', 'config.yaml')
  const text = await unlessMissing(() => readFile(path, 'utf8'))
  if (text === undefined) return undefined
  const chosen = profile ?? env['SCW_PROFILE']
  const values = valuesOf(read(text, path), chosen)
  if (values === undefined) return undefined
  const [key, hidden] = [values['access_key'], values['secret_key']]
  if (typeof key !== 'string' || typeof hidden !== 'string') return undefined
  const region = env['SCW_DEFAULT_REGION'] ?? values['default_region']
  return {
    keys: keysOf(key, hidden, typeof region === 'string' ? region : undefined),
    fromEnvironment: false,
    words: `the keys of scw in "${path}"${chosen === undefined ? '' : `, profile "${chosen}"`}`,
  }
}

function read(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // The parser's own sentence quotes the line, and there may be a key in it.
  }
  throw new Problem(`Cannot read the configuration of scw "${path}": it is no YAML of names and values`)
}

/** What stands outside of profiles holds for all of them. */
function valuesOf(config: Record<string, unknown>, chosen: string | undefined): Record<string, unknown> | undefined {
  const name = chosen ?? config['active_profile']
  if (typeof name !== 'string' || name === 'default') return config
  const profiles = config['profiles']
  const found = isJsonObject(profiles) ? profiles[name] : undefined
  return isJsonObject(found) ? { ...config, ...found } : undefined
}

function keysOf(accessKeyId: string, secretAccessKey: string, region = standardRegion): Keys {
  return {
    credentials: { accessKeyId, secretAccessKey },
    endpoint: `https://s3.${region}.scw.cloud`,
    region,
  }
}
