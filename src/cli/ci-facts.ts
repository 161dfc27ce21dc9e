import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type CiFacts, type CiMachine, word } from '../ci/index.ts'
import { chestnutVersion, Misuse, nearest } from '../core/index.ts'
import { checkByDigest } from '../images/index.ts'
import type { Config, LoadedConfig } from '../project/index.ts'
import { checkKey } from '../store/index.ts'

/** What a person may say about the workflows beside the configuration. */
export interface CiFlags {
  /** The machine that prepares; default: the one called "cpu". */
  readonly prepareOn?: string
  /** The machine that trains; default: the one called "gpu", or the only one. */
  readonly trainOn?: string
  /** Where the server is; default: the machine called "web". */
  readonly deployOn?: string
  /** What is merged into; default: the branch that the remote calls its own, else "main". */
  readonly branch?: string
  /** Hours that a machine of a stage may be there. Default 5. */
  readonly hours?: number
  /** The image in which jobs run, by digest. */
  readonly image?: string
  /** What the films are called in the store, where a runner gets them from. */
  readonly films?: string
}

/** The facts of a project, and the root of its repository. @throws Misuse outside of a checkout, and for what there cannot be */
export function ciFacts(loaded: LoadedConfig, flags: CiFlags): { readonly root: string; readonly facts: CiFacts } {
  if (flags.image !== undefined) checkByDigest(flags.image)
  const { config, base, path } = loaded
  if (flags.branch !== undefined) checkBranch(flags.branch)
  if (flags.films !== undefined) checkKey(flags.films.replace(/^s3:\/\//, ''))
  const root = repositoryRoot(base)
  const machines = Object.entries(config.machines.named).map(([name, spec]): CiMachine => {
    return { name, kind: spec.kind, ...(spec.kind === 'ssh' ? { identity: spec.identity } : {}) }
  })
  const named = (wanted: string | undefined, usual: string | undefined): string | undefined => {
    if (wanted !== undefined && !machines.some(({ name }) => name === wanted)) throw unknownMachine(wanted, machines)
    return wanted ?? (machines.some(({ name }) => name === usual) ? usual : undefined)
  }
  const [only, ...others] = machines
  const prepare = named(flags.prepareOn, 'cpu')
  const train = named(flags.trainOn, 'gpu') ?? (others.length === 0 && only?.name !== 'web' ? only?.name : undefined)
  // A runner is gone a moment later, with what was deployed on it.
  const deployOn = named(flags.deployOn, 'web')
  const folder = filmsFolder(config)
  return {
    root,
    facts: {
      project: config.name,
      version: chestnutVersion(),
      folder: below(root, base),
      output: below(base, resolve(base, config.output)),
      branch: flags.branch ?? usualBranch(root),
      hasLock: existsSync(join(base, 'package-lock.json')),
      machines,
      on: { ...(prepare === undefined ? {} : { prepare }), ...(train === undefined ? {} : { train }) },
      deployOn: machines.some(({ name, kind }) => name === deployOn && kind === 'local') ? undefined : deployOn,
      hours: flags.hours ?? 5,
      store: storeOf(config),
      isDrawn: config.data.kind === 'phantoms',
      reads: path === undefined ? [] : readNames(readFileSync(path, 'utf8')),
      ...(flags.image === undefined ? {} : { image: flags.image }),
      ...(flags.films === undefined || folder === undefined ? {} : { films: { key: flags.films, folder } }),
      flags: wordsOf(flags),
    },
  }
}

/** What git takes for one, of the letters that matter here. */
function checkBranch(name: string): void {
  if (/^(?![-/.])[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u.test(name) && !/\.\.|\/\/|@\{/.test(name)) return
  throw new Misuse(`Cannot write workflows for the branch "${name}": git knows no such names`, {
    next: 'chestnut ci init --branch main',
  })
}

function wordsOf({ prepareOn, trainOn, deployOn, branch, hours, films, image }: CiFlags): readonly string[] {
  const given = {
    '--prepare-on': prepareOn,
    '--train-on': trainOn,
    '--deploy-on': deployOn,
    '--branch': branch,
    '--hours': hours,
    '--films': films,
    '--image': image,
  }
  return Object.entries(given).flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${word(String(value))}`],
  )
}

/** As runners write it, whatever this computer does. */
function below(from: string, to: string): string {
  return relative(from, to).split(sep).join('/')
}

function repositoryRoot(base: string): string {
  for (let folder = base; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (dirname(folder) === folder) {
      throw new Misuse(`Cannot write workflows for "${base}": it lies in no repository of git`, { next: 'git init' })
    }
  }
}

function unknownMachine(wanted: string, machines: readonly CiMachine[]): Misuse {
  const names = machines.map(({ name }) => name)
  const near = nearest(wanted, names)
  const known = names.length === 0 ? 'none' : names.map(name => `"${name}"`).join(', ')
  return new Misuse(
    `Cannot use the machine "${wanted}": the configuration names ${near === undefined ? known : `none like it, did you mean "${near}"?`}`,
    { next: `add "${wanted}" to "machines" in chestnut.config.ts` },
  )
}

/** The branch that a clone starts at. */
function usualBranch(root: string): string {
  try {
    const head = execFileSync('git', ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return head
      .toString()
      .trim()
      .replace(/^origin\//, '')
  } catch {
    return 'main' // no git, or no remote yet: what forges call it today
  }
}

function storeOf({ store }: Config): CiFacts['store'] {
  if (typeof store === 'string') return { kind: 'folder', path: store }
  return { kind: 's3', keys: /\.scw\.cloud$/.test(hostOf(store.endpoint)) ? 'scaleway' : 'aws' }
}

function hostOf(endpoint: string | undefined): string {
  return endpoint === undefined || !URL.canParse(endpoint) ? '' : new URL(endpoint).hostname
}

/** Where the configuration wants the films; undefined where they are drawn or have an address. */
export function filmsFolder({ data }: Config): string | undefined {
  const path =
    data.kind === 'phantoms'
      ? undefined
      : data.kind === 'folders'
        ? data.path
        : data.kind === 'chexpert'
          ? data.folder
          : data.images
  return path === undefined || /^[a-z0-9]+:\/\//i.test(path) ? undefined : path
}

/** Names that Chestnut, Node or the forge sets are no concern of a project. */
const notOwn = /^(SCW_|AWS_|GITHUB_|CI$|CI_|NODE_|CHESTNUT_|HOME$|PATH$|USER$|TMPDIR$)/

/** Names of the environment in the text of a configuration. */
function readNames(text: string): readonly string[] {
  const found = [...text.matchAll(/process\.env(?:\.([A-Z][A-Z0-9_]*)|\[['"]([A-Z][A-Z0-9_]*)['"]\])/g)]
  return [...new Set(found.map(([, plain, quoted]) => plain ?? quoted ?? ''))].filter(name => !notOwn.test(name)).sort()
}
