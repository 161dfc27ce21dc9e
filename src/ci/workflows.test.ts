import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { needActionlint, needGitLabSchema, runActionlint, runGitLabSchema } from '../testing/lint-workflows.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { changeOf } from './change-of.ts'
import { everything, nothing, variants } from './facts.test.fixture.ts'
import { checkPipeline, checkWorkflow, gitHubWorkflows, gitLabPipeline } from './index.ts'
import { sealOf } from './seal.ts'

test('actionlint finds nothing in the workflows of any project', { skip: needActionlint() }, context => {
  const folder = temporaryFolder(context)
  for (const [name, facts] of Object.entries(variants)) {
    for (const { path, text } of gitHubWorkflows(facts)) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      assert.equal(runActionlint(file), '', `${name}, ${path}:\n${text}`)
    }
  }
})

test("GitLab's own schema takes the pipeline of any project", { skip: needGitLabSchema() }, context => {
  const folder = temporaryFolder(context)
  for (const [i, [name, facts]] of Object.entries(variants).entries()) {
    for (const { text } of gitLabPipeline(facts)) {
      const file = join(folder, `${i}.gitlab-ci.yml`)
      writeFileSync(file, text)
      assert.equal(runGitLabSchema(file), '', `${name}:\n${text}`)
    }
  }
})

test('our own policy finds nothing in them either', () => {
  for (const [name, facts] of Object.entries(variants)) {
    const local = facts.machines.filter(({ kind }) => kind === 'local').map(machine => machine.name)
    for (const { path, text } of gitHubWorkflows(facts))
      assert.deepEqual(checkWorkflow(path, text, { local }), [], name)
    for (const { path, text } of gitLabPipeline(facts)) assert.deepEqual(checkPipeline(path, text, { local }), [], name)
  }
})

interface Workflow {
  readonly permissions: unknown
  readonly concurrency: { readonly 'cancel-in-progress': boolean }
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>
  readonly environment?: string
  readonly 'timeout-minutes': number
  readonly env?: Readonly<Record<string, string>>
  readonly needs?: unknown
  readonly if?: string
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: object }[]
}

function workflow(name: string, facts = everything): Workflow {
  const found = gitHubWorkflows(facts).find(({ path }) => path === `.github/workflows/${name}.yml`)
  assert.ok(found !== undefined, name)
  return parse(found.text) as Workflow
}

test('the job with the keys may write nothing, the job that writes has no keys', () => {
  for (const name of ['chestnut', 'chestnut-merge']) {
    const { jobs, permissions } = workflow(name)
    assert.deepEqual(permissions, {})
    for (const [job, { permissions: rights, environment, env = {}, steps }] of Object.entries(jobs)) {
      const writes = Object.values(rights).includes('write')
      const hasKeys = JSON.stringify({ env, steps }).includes('secrets.')
      assert.ok(!(writes && hasKeys), job)
      assert.equal(hasKeys, environment !== undefined, job)
    }
  }
})

test('the teardown asks nobody, and knows its machines by the mark of this pull request', () => {
  const { jobs } = workflow('chestnut')
  const { cycle, teardown } = jobs
  assert.equal(cycle?.environment, 'chestnut')
  assert.equal(teardown?.environment, 'chestnut-teardown')
  assert.match(cycle?.env?.['CHESTNUT_OWNER'] ?? '', /^pneumonia-pr-\$\{\{ github\.event\.pull_request\.number/)
  assert.equal(teardown?.env?.['CHESTNUT_OWNER'], cycle?.env?.['CHESTNUT_OWNER'])
  assert.notEqual(workflow('chestnut-merge').jobs['cycle']?.env?.['CHESTNUT_OWNER'], cycle?.env?.['CHESTNUT_OWNER'])
  assert.equal(workflow('chestnut-merge').jobs['deploy']?.env?.['CHESTNUT_OWNER'], undefined)
})

test('what a maintainer types must be a commit, before the job with the keys begins', () => {
  const { check, cycle } = workflow('chestnut').jobs
  assert.equal(cycle?.needs, 'check')
  const script = check?.steps.find(({ run }) => run?.includes('$COMMIT'))?.run ?? 'exit 9'
  const ends = (number: string, commit: string): number | null =>
    spawnSync('bash', ['-c', script], { env: { PULL_REQUEST: number, COMMIT: commit } }).status
  assert.equal(ends('7', 'ab'.repeat(20)), 0)
  for (const commit of ['main', 'abcdef0', `${'ab'.repeat(20)}\nx`, 'refs/pull/7/head', ''])
    assert.equal(ends('7', commit), 1, commit)
  assert.equal(ends('7-merge', 'ab'.repeat(20)), 1)
})

test('a runner ends before its machine does, and within the six hours of GitHub', () => {
  assert.equal(workflow('chestnut').jobs['cycle']?.['timeout-minutes'], 290)
  assert.equal(workflow('chestnut', { ...everything, hours: 12 }).jobs['cycle']?.['timeout-minutes'], 350)
})

test('every key of Scaleway, and what the configuration reads, is there under its names, the older ones too', () => {
  assert.deepEqual(workflow('chestnut').jobs['teardown']?.env, {
    CHESTNUT_OWNER: 'pneumonia-pr-${{ github.event.pull_request.number || inputs.pull_request }}',
    SCW_ACCESS_KEY: '${{ secrets.SCW_ACCESS_KEY }}',
    SCW_SECRET_KEY: '${{ secrets.SCW_SECRET_KEY }}',
    SCW_DEFAULT_PROJECT_ID:
      '${{ vars.SCW_DEFAULT_PROJECT_ID || secrets.SCW_DEFAULT_PROJECT_ID || secrets.SCW_ORGANIZATION_ID }}',
    SCW_DEFAULT_ZONE: '${{ vars.SCW_DEFAULT_ZONE || secrets.SCW_DEFAULT_ZONE || secrets.SCW_ZONE }}',
    SERVER_ID_GPU: '${{ secrets.SERVER_ID_GPU }}',
  })
})

test('what is kept in the cache of the forge is of drawn films, and no key of a machine is in it', () => {
  const cached = (facts: typeof everything): readonly string[] =>
    gitHubWorkflows(facts).flatMap(({ text }) => (text.includes('actions/cache@') ? [text] : []))
  assert.equal(cached(everything).length, 0)
  assert.equal(cached({ ...nothing, isDrawn: false }).length, 0)
  assert.equal(cached(nothing).length, 2)
  for (const text of cached(nothing)) assert.match(text, /path: '?\.chestnut\/store'?\n/)
})

test('a store that goes with its runner publishes nothing and deploys nothing', () => {
  const names = gitHubWorkflows({ ...nothing, isDrawn: false }).map(({ path }) => path)
  assert.deepEqual(names, ['.github/workflows/chestnut.yml'])
})

test('a file is ours until somebody changes it; ends of lines are no change', () => {
  const [file] = gitHubWorkflows(everything)
  const [other] = gitHubWorkflows({ ...everything, branch: 'trunk' })
  const { text } = file!
  assert.equal(changeOf(file!, undefined).state, 'new')
  assert.equal(changeOf(file!, text).state, 'same')
  assert.equal(changeOf(file!, text.replaceAll('\n', '\r\n')).state, 'same')
  assert.equal(changeOf(file!, other!.text).state, 'replaced')
  assert.equal(changeOf(file!, text.replace('timeout-minutes: 290', 'timeout-minutes: 90')).state, 'changed by hand')
  assert.equal(changeOf(file!, 'name: CI\n').state, 'of somebody else')
  assert.throws(() => sealOf(text.replace('chestnut.ci/1', 'chestnut.ci/2')), /written by a newer Chestnut/)
})

test('in an image by digest nothing is installed and npx is not asked, but where git or curl are needed', () => {
  const image = `ghcr.io/you/lungs@sha256:${'b'.repeat(64)}`
  const [pull] = gitHubWorkflows({ ...everything, image })
  const { jobs } = parse(pull?.text ?? '') as { jobs: Record<string, Job & { container?: { image: string } }> }
  for (const [name, { container, steps }] of Object.entries(jobs)) {
    const commands = steps.map(({ run }) => run ?? '').join('\n')
    assert.equal(container?.image, name === 'check' ? undefined : image, name)
    assert.equal(/npx |npm ci/.test(commands), name === 'check', name)
    assert.match(commands, /chestnut /, name)
  }
  const [pipeline] = gitLabPipeline({ ...everything, image })
  const root = parse(pipeline?.text ?? '') as { default: { image: unknown; before_script: string[] } } & Record<
    string,
    object
  >
  assert.deepEqual(root.default.image, { name: image, entrypoint: [''] })
  assert.doesNotMatch(JSON.stringify([root.default.before_script, root['cycle']]), /npm ci|npx/)
  assert.match(JSON.stringify(root['deploy']), /node:22-bookworm.*npm ci.*npx chestnut deploy/)
})
