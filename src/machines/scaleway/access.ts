import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isJsonObject, Misuse, Problem, systemCode, textsFromJson } from '../../core/index.ts'

/** Who asks, and where. */
export class ScalewayAccess {
  readonly accessKey: string
  readonly projectId: string
  readonly apiURL: string
  /** Where new machines are looked for first. */
  readonly zone: string
  /** What a person should know about where all of this came from. */
  readonly warnings: readonly string[]
  /** Private to the language: neither JSON nor a logger nor a debugger's print finds it. */
  readonly #secretKey: string

  constructor(settings: Settings, warnings: readonly string[] = []) {
    this.accessKey = settings.accessKey
    this.#secretKey = settings.secretKey
    this.projectId = settings.projectId
    this.apiURL = settings.apiURL ?? 'https://api.scaleway.com'
    this.zone = settings.zone ?? 'fr-par-1'
    this.warnings = warnings
  }

  get region(): string {
    return this.zone.split('-').slice(0, 2).join('-')
  }

  /** For the call's header, and for nothing else. */
  revealSecretKey(): string {
    return this.#secretKey
  }
}

interface Settings {
  readonly accessKey: string
  readonly secretKey: string
  readonly projectId: string
  readonly apiURL?: string | undefined
  readonly zone?: string | undefined
}

export interface AccessSources {
  /** Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Default: `SCW_CONFIG_PATH`, or `scw/config.yaml` below the folder for configurations. */
  readonly file?: string
}

/** Names that older tools used. */
const olderNames = { organization: 'SCW_ORGANIZATION_ID', project: 'SCW_PROJECT_ID', zone: 'SCW_ZONE' } as const

/**
 * Finds the keys as Scaleway's own tools do: `SCW_*` in the environment, then the file that `scw init` writes, whose profile is
 * `SCW_PROFILE` or the active one.
 *
 * @throws Misuse when something is missing or is no key.
 */
export function findScalewayAccess(sources: AccessSources = {}): ScalewayAccess {
  const { environment = process.env } = sources
  const profile = readProfile(sources.file ?? configPath(environment), environment['SCW_PROFILE'])
  const warnings: string[] = []
  const find = (name: string, older: string | undefined, key: string): string | undefined => {
    const found = environment[name] || undefined
    if (found !== undefined) return found
    const old = older === undefined ? undefined : environment[older] || undefined
    if (old !== undefined) warnings.push(`"${older}" is an older name: set "${name}" instead`)
    return old ?? profile[key]
  }
  const projectId =
    find('SCW_DEFAULT_PROJECT_ID', olderNames.project, 'default_project_id') ??
    // An organisation's first project bears the organisation's own id.
    find('SCW_DEFAULT_ORGANIZATION_ID', olderNames.organization, 'default_organization_id')
  return checked(
    {
      accessKey: find('SCW_ACCESS_KEY', undefined, 'access_key'),
      secretKey: find('SCW_SECRET_KEY', undefined, 'secret_key'),
      projectId,
      apiURL: find('SCW_API_URL', undefined, 'api_url')?.replace(/\/+$/, ''),
      zone: find('SCW_DEFAULT_ZONE', olderNames.zone, 'default_zone'),
    },
    warnings,
  )
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const forms = {
  accessKey: ['SCW_ACCESS_KEY', /^SCW[A-Z0-9]{17}$/, '"SCW" and 17 capital letters and digits'],
  secretKey: ['SCW_SECRET_KEY', uuid, 'a UUID'],
  projectId: ['SCW_DEFAULT_PROJECT_ID', uuid, 'a UUID'],
  zone: ['SCW_DEFAULT_ZONE', /^[a-z]{2}-[a-z]{3}-\d$/, 'a zone such as "fr-par-1"'],
  apiURL: ['SCW_API_URL', /^https?:\/\/./, 'an address that begins with "https://"'],
} as const

type Found = { readonly [Name in keyof Settings]-?: string | undefined }

/** No value is shown: one that was pasted into the wrong place may be the secret. */
function checked(found: Found, warnings: readonly string[]): ScalewayAccess {
  const next = 'set it in the environment, or run "scw init"; docs/scaleway.md shows where the keys come from'
  const value = (name: keyof typeof forms): string | undefined => {
    const [variable, form, wanted] = forms[name]
    const text = found[name]
    if (text !== undefined && !form.test(text)) {
      throw new Misuse(`Cannot use Scaleway: "${variable}" has another form than wanted, which is ${wanted}`, { next })
    }
    return text
  }
  const needed = (name: 'accessKey' | 'secretKey' | 'projectId'): string => {
    const text = value(name)
    if (text === undefined) throw new Misuse(`Cannot use Scaleway: "${forms[name][0]}" is not set`, { next })
    return text
  }
  const settings = {
    accessKey: needed('accessKey'),
    secretKey: needed('secretKey'),
    projectId: needed('projectId'),
    apiURL: value('apiURL'),
    zone: value('zone'),
  }
  return new ScalewayAccess(settings, warnings)
}

function configPath(environment: Readonly<Record<string, string | undefined>>): string {
  const folder = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config')
  return environment['SCW_CONFIG_PATH'] || join(folder, 'scw', 'config.yaml')
}

/** The profile's own lines over those of the file's top. Empty when there is no file. */
function readProfile(file: string, wanted: string | undefined): Readonly<Record<string, string>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return {}
    throw new Problem(`Cannot read "${file}": ${systemCode(error) ?? 'the system refuses'}`, { cause: error })
  }
  const config = parsed(file, text)
  const profiles = isJsonObject(config['profiles']) ? config['profiles'] : {}
  const active = typeof config['active_profile'] === 'string' ? config['active_profile'] : undefined
  const name = wanted || active
  const own = name === undefined || name === 'default' ? {} : profiles[name]
  if (!isJsonObject(own)) throw new Misuse(`Cannot use the profile "${name}" of "${file}": it has none of that name`)
  const { profiles: _profiles, ...top } = config
  return textsFromJson(onlyTexts({ ...top, ...own })) ?? {}
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  let config: unknown
  try {
    // Loaded here: whoever has no such file does not wait for it.
    const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml')
    config = parse(text)
  } catch {
    // The parser's own message quotes the line, which may be the one with the key.
    throw new Problem(`Cannot read "${file}": it is no YAML`, { next: 'scw init' })
  }
  return isJsonObject(config) ? config : {}
}

function onlyTexts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string'))
}
