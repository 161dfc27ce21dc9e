import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import {
  type CiChange,
  type CiFacts,
  type CiFile,
  type CiProblem,
  type CiSecret,
  changeOf,
  checkPipeline,
  checkWorkflow,
  gitHubWorkflows,
  gitLabPipeline,
  guideNames,
  keepsResults,
  secretsOf,
  word,
} from '../../ci/index.ts'
import { Misuse, Refusal } from '../../core/index.ts'
import { loadConfig } from '../../project/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { type CiFlags, ciFacts, filmsFolder } from '../ci-facts.ts'
import { type Output, output, paint } from '../output.ts'
import type { CommonOptions } from '../session.ts'

export interface CiOptions extends CommonOptions, CiFlags {
  readonly gitlab?: boolean
}

/** Writes the workflows, unless somebody has changed them. */
export async function initCi(options: CiOptions): Promise<void> {
  const loaded = await loadConfig(process.cwd(), options.config)
  const { root, facts } = ciFacts(loaded, options)
  const out = output({ json: options.json ?? false })
  const files = options.gitlab ? gitLabPipeline(facts) : gitHubWorkflows(facts)
  const changes = await Promise.all(files.map(async file => changeOf(file, await textOf(join(root, file.path)))))
  if (options.force !== true) refuseChanged(changes, options.gitlab ?? false)
  for (const change of changes) await write(root, change)
  out.record({ format: 'chestnut.ci-files/1', files: changes.map(({ path, state }) => ({ path, state })) })
  for (const { path, state } of changes) out.say(`${written[state]} ${path}`)
  for (const line of hints(facts, filmsFolder(loaded.config))) out.note(line)
  out.say(`next: npx chestnut ci secrets${options.gitlab ? ' --gitlab' : ''}, then commit`)
}

const written: Readonly<Record<CiChange['state'], string>> = {
  new: 'Wrote',
  same: 'Unchanged:',
  replaced: 'Wrote anew',
  'changed by hand': 'Replaced',
  'of somebody else': 'Replaced',
}

function refuseChanged(changes: readonly CiChange[], isGitLab: boolean): void {
  const [first] = changes.filter(({ state }) => state === 'changed by hand' || state === 'of somebody else')
  if (first === undefined) return
  const why = first.state === 'changed by hand' ? 'somebody has changed it since' : 'somebody else has written it'
  throw new Misuse(`Cannot write "${first.path}": ${why}. Nothing was written`, {
    next: `keep it, or chestnut ci init${isGitLab ? ' --gitlab' : ''} --force to replace it`,
  })
}

async function write(root: string, { path, text, state }: CiChange): Promise<void> {
  if (state === 'same') return
  await makeFolder(dirname(join(root, path)))
  await writeFileWhole(join(root, path), text)
}

async function textOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? await readFile(path, 'utf8') : undefined
}

/** What a person should know about what was left out. */
function hints(facts: CiFacts, folder: string | undefined): readonly string[] {
  return [
    ...(keepsResults(facts)
      ? []
      : [
          'The store is a folder, which goes with its runner: no workflow publishes or deploys. Set store: s3({ bucket })',
        ]),
    ...(facts.store.kind === 'folder' && facts.isDrawn
      ? ['The store is kept in the cache of the forge, since the films are drawn']
      : []),
    ...(folder !== undefined && facts.films === undefined
      ? [
          `A runner has no "${folder}": npx chestnut store put ${word(folder)} raw/films, then npx chestnut ci init --films raw/films`,
        ]
      : []),
    ...(facts.hasLock
      ? []
      : ['There is no package-lock.json: workflows install this version of Chestnut, and what it needs unpinned']),
  ]
}

/** Lists what the workflows want to find in their environment. */
export async function ciSecrets(options: CiOptions): Promise<void> {
  const { facts } = ciFacts(await loadConfig(process.cwd(), options.config), options)
  const out = output({ json: options.json ?? false })
  const isSet = (name: string): boolean => (process.env[name] ?? '') !== ''
  const wanted = secretsOf(facts).map(secret => ({ ...secret, isSet: [secret.name, ...secret.also].some(isSet) }))
  const hinted = Object.entries(guideNames).filter(([name]) => isSet(name) && !wanted.some(one => one.name === name))
  out.record({ format: 'chestnut.ci-secrets/1', secrets: wanted, hints: Object.fromEntries(hinted) })
  if (wanted.length === 0) out.say('Nothing is to be set: no machine, no bucket, no server.')
  for (const secret of wanted) tellSecret(out, secret, options.gitlab ?? false)
  if (wanted.length > 0) {
    const names = new Set(wanted.flatMap(({ environments }) => environments))
    if (!options.gitlab) for (const name of names) out.note(environmentHints[name] ?? name)
  }
  if (options.gitlab)
    out.say('GITLAB_TOKEN  secret, all environments: a project access token with the scope "api", for the note')
  for (const [name, becomes] of hinted) out.note(`${name} ${becomes}`)
}

const environmentHints: Readonly<Record<string, string>> = {
  chestnut: 'chestnut: has the keys that rent. Add required reviewers: nothing is rented before one of them says yes',
  'chestnut-teardown': 'chestnut-teardown: the same keys, to give back. No reviewers: a machine that waits is billed',
  production: 'production: what deploys. Restrict it to the branch that is merged into',
}

function tellSecret(out: Output, secret: CiSecret & { readonly isSet: boolean }, isGitLab: boolean): void {
  const { name, kind, environments, why, also, isOptional, isSet } = secret
  const places = environments.length === 0 ? 'repository' : `environments ${environments.join(', ')}`
  const where = isGitLab ? 'Settings, CI/CD, Variables' : places
  const state = isSet
    ? paint('green', 'set here', process.stdout)
    : isOptional
      ? 'optional'
      : paint('yellow', 'not set here', process.stdout)
  const older = also.length === 0 ? '' : `; ${also.join(', ')} is taken, too`
  out.say(`${paint('bold', name.padEnd(24), process.stdout)} ${kind.padEnd(8)} ${where}  (${state})`)
  out.say(`  ${why}${older}`)
}

/** Looks at the workflows that are there. @throws Refusal when something is wrong with one */
export async function checkCi(options: CommonOptions): Promise<void> {
  const { base, config } = await loadConfig(process.cwd(), options.config)
  const out = output({ json: options.json ?? false })
  const root = rootAbove(base)
  const files = await ciFiles(root)
  if (files.length === 0) {
    throw new Misuse(
      `Cannot check workflows in "${relative(process.cwd(), root) || '.'}": there are none of Chestnut`,
      {
        next: 'chestnut ci init',
      },
    )
  }
  const machines = Object.entries(config.machines.named)
  const local = machines.filter(([, { kind }]) => kind === 'local').map(([name]) => name)
  const problems = files.flatMap(({ path, text }) =>
    path.endsWith('.gitlab-ci.yml') ? checkPipeline(path, text, { local }) : checkWorkflow(path, text, { local }),
  )
  out.record({ format: 'chestnut.ci-check/1', files: files.map(({ path }) => path), problems })
  for (const problem of problems) tellProblem(out, problem)
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one thing is' : `${problems.length} things are`
    throw new Refusal(`The workflows are not safe: ${count} wrong with them`, { next: 'docs/ci.md says why' })
  }
  out.say(`${files.map(({ path }) => path).join(', ')}: nothing is wrong`)
}

function tellProblem(out: Output, { file, line, says, remedy }: CiProblem): void {
  out.say(`${paint('bold', `${file}:${line}`, process.stdout)}  ${says}`)
  out.say(`  ${remedy}`)
}

/** Workflows that run Chestnut, whoever has written them. */
async function ciFiles(root: string): Promise<readonly CiFile[]> {
  const { readdir } = await import('node:fs/promises')
  const folder = join(root, '.github', 'workflows')
  const names = existsSync(folder) ? (await readdir(folder)).filter(name => /\.ya?ml$/.test(name)).sort() : []
  const paths = [...names.map(name => join('.github', 'workflows', name)), '.gitlab-ci.yml']
  const files = await Promise.all(paths.map(async path => ({ path, text: (await textOf(join(root, path))) ?? '' })))
  return files.filter(({ text }) => /\bchestnut\b/.test(text))
}

function rootAbove(base: string): string {
  for (let folder = resolve(base); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (dirname(folder) === folder) return resolve(base)
  }
}
