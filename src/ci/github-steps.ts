import { posix } from 'node:path'
import { uses } from './actions.ts'
import { type CiFacts, cachedStore } from './facts.ts'
import { entry, type Lines, scalar, section, word } from './lines.ts'
import { type CiSecret, secretsOf, sshMachines } from './secrets.ts'

/** The Node that workflows have. */
const node = '22'

/** The commit that a run is about, what it needs to run Chestnut, and Chestnut. */
export function setUp(facts: CiFacts, ref?: string): Lines {
  return [
    ...entry([
      uses('checkout'),
      ...section('with', [...(ref === undefined ? [] : [`ref: ${ref}`]), 'persist-credentials: false']),
    ]),
    ...(facts.image === undefined ? installation(facts) : []),
  ]
}

function installation(facts: CiFacts): Lines {
  return [
    ...entry([
      uses('setupNode'),
      ...section('with', [
        `node-version: ${node}`,
        ...(facts.hasLock
          ? ['cache: npm', `cache-dependency-path: ${scalar(inFolder(facts, 'package-lock.json'))}`]
          : []),
      ]),
    ]),
    ...entry(['name: Install Chestnut', `run: ${install(facts)}`]),
  ]
}

/** Nothing of a package runs while it is installed. */
export function install({ hasLock, version }: CiFacts): string {
  return hasLock
    ? 'npm ci --ignore-scripts --no-audit --no-fund'
    : `npm install --no-save --ignore-scripts --no-audit --no-fund chestnut@${version}`
}

/** From the repository's root. */
export function inFolder({ folder }: CiFacts, path: string): string {
  return posix.join(folder, path)
}

export interface CommandStep {
  readonly id?: string
  readonly name: string
  readonly if?: string
  readonly env?: Lines
  readonly run: string
}

export function command({ id, name, if: condition, env = [], run }: CommandStep): Lines {
  return entry([
    `name: ${name}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(condition === undefined ? [] : [`if: ${condition}`]),
    ...section('env', env),
    `run: ${run}`,
  ])
}

/** What one run made is there for the next, where that may lie anywhere (`cachedStore`). */
export function storeCache(facts: CiFacts): Lines {
  const path = cachedStore(facts)
  if (path === undefined) return []
  return entry([
    'name: Keep what was made, for the next run',
    uses('cache'),
    ...section('with', [
      `path: ${scalar(inFolder(facts, path))}`,
      'key: chestnut-store-${{ github.run_id }}-${{ github.run_attempt }}',
      'restore-keys: chestnut-store-',
    ]),
  ])
}

/** The key that may log in to machines of yours, where the configuration looks for it. */
export function sshKeys(facts: CiFacts): Lines {
  const paths = [...new Set(sshMachines(facts).map(({ identity }) => identity))]
  return paths.flatMap(path => {
    // Within quotes the shell knows no "~".
    const place = path.startsWith('~/') ? `"$HOME/${path.slice(2)}"` : word(path)
    return entry([
      'name: Put the key in its place, for its owner alone',
      ...section('env', [secretLine('SSH_KEY')]),
      'run: |',
      `  mkdir -p "$(dirname ${place})"`,
      `  (umask 077 && printf '%s\\n' "$SSH_KEY" > ${place})`,
    ])
  })
}

/** The films, where the store has them. */
export function films({ films: given }: CiFacts): Lines {
  if (given === undefined) return []
  return command({ name: 'Get the films', run: `npx chestnut store get ${word(given.key)} ${word(given.folder)}` })
}

/** Keys of machines and store, for jobs of an environment. */
export function secretsEnvironment(facts: CiFacts, environment: string): Lines {
  return secretsOf(facts)
    .filter(({ environments, name }) => environments.includes(environment) && name !== 'SSH_KEY')
    .map(lineOf)
}

function lineOf({ name, kind, also }: CiSecret): string {
  const own = kind === 'secret' ? [`secrets.${name}`] : [`vars.${name}`, `secrets.${name}`]
  return `${name}: \${{ ${[...own, ...also.map(other => `secrets.${other}`)].join(' || ')} }}`
}

function secretLine(name: string): string {
  return `${name}: \${{ secrets.${name} }}`
}

/** What the runner lays out for people, kept with the run. */
export function keep(facts: CiFacts, name: string, files: readonly string[]): Lines {
  return entry([
    'name: Keep what was found',
    'if: always()',
    uses('upload'),
    ...section('with', [
      `name: ${name}`,
      'path: |',
      ...files.map(file => `  ${inFolder(facts, `${facts.output}/${file}`)}`),
      'if-no-files-found: ignore',
      // A second attempt of a run has the same names.
      'overwrite: true',
      'retention-days: 30',
    ]),
  ])
}
