import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fakeGitHub } from '../src/testing/fake-github/index.ts'
import { fakeGitLab } from '../src/testing/fake-gitlab/index.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

const config = `import { defineConfig, phantoms, s3, scaleway } from 'chestnut'

export default defineConfig({
  name: 'lungs',
  data: phantoms(),
  store: s3({ bucket: 'chest-films', endpoint: 'https://s3.fr-par.scw.cloud' }),
  machines: { cpu: scaleway({ type: 'DEV1-S' }), gpu: scaleway({ type: 'L4-1-24G' }) },
})
`

async function repository(env: Readonly<Record<string, string>> = {}): Promise<ProjectFolder> {
  // What the workflow that runs these tests has set itself is none of the project's.
  const none = {
    GITHUB_ACTIONS: '',
    GITLAB_CI: '',
    CHESTNUT_NEEDS: '',
    CHESTNUT_PULL_REQUEST: '',
    GITHUB_EVENT_PATH: '',
  }
  const project = await projectFolder({ 'chestnut.config.ts': config }, { ...none, ...env })
  execFileSync('git', ['init', '-q', '-b', 'main', project.path])
  return project
}

const workflow = '.github/workflows/chestnut.yml'

test('chestnut ci init writes workflows, changes nothing when it is run again, and keeps what a person changed', async () => {
  await using project = await repository()
  const first = await project.succeeds('ci', 'init')
  assert.equal(first.out.match(/^Wrote \.github\/workflows\//gm)?.length, 3)
  const again = await project.succeeds('ci', 'init', '--json')
  const { files } = JSON.parse(again.out) as { readonly files: readonly { readonly state: string }[] }
  assert.deepEqual(
    files.map(({ state }) => state),
    ['same', 'same', 'same'],
  )
  await project.succeeds('ci', 'check')
  const text = await readFile(project.file(workflow), 'utf8')
  const edited = text.replace('timeout-minutes: 290', 'timeout-minutes: 301')
  await project.write(workflow, edited)
  // Also where the others would be written anew.
  const refused = await project.chestnut('ci', 'init', '--branch', 'trunk')
  assert.equal(refused.code, 2)
  assert.match(
    refused.err,
    /Cannot write "\.github\/workflows\/chestnut\.yml": somebody has changed it since\. Nothing was written/,
  )
  assert.match(refused.err, /npx chestnut ci init --force/)
  assert.equal(await readFile(project.file(workflow), 'utf8'), edited)
  assert.doesNotMatch(await readFile(project.file('.github/workflows/chestnut-merge.yml'), 'utf8'), /trunk/)
  const checked = await project.chestnut('ci', 'check')
  assert.equal(checked.code, 3)
  const line = edited.split('\n').findIndex(one => one.includes('timeout-minutes: 301')) + 1
  assert.ok(
    checked.out.includes(`${workflow}:${line}  the job "cycle" ends after 301 minutes, its machine at 5 hours`),
    checked.out,
  )
  await project.succeeds('ci', 'init', '--force')
  assert.equal(await readFile(project.file(workflow), 'utf8'), text)
})

test('chestnut ci init wants a repository, and machines that the configuration names', async () => {
  await using bare = await projectFolder({ 'chestnut.config.ts': config })
  const outside = await bare.chestnut('ci', 'init')
  assert.equal(outside.code, 2)
  assert.match(outside.err, /it lies in no repository of git/)
  await using project = await repository()
  const misspelt = await project.chestnut('ci', 'init', '--train-on', 'gpuu')
  assert.equal(misspelt.code, 2)
  assert.match(misspelt.err, /did you mean "gpu"/)
  const odd = await project.chestnut('ci', 'init', '--branch', 'a b')
  assert.equal(odd.code, 2)
  assert.match(odd.err, /the branch "a b": git knows no such names/)
  const none = await project.chestnut('ci', 'check')
  assert.match(none.err, /there are none of Chestnut[\s\S]*npx chestnut ci init/)
})

test('chestnut ci init works from a folder below the root, and names the films of the store', async () => {
  await using project = await repository()
  await mkdir(project.file('models/lungs'), { recursive: true })
  const films = config.replace('phantoms()', "folders({ path: 'films' })").replace('phantoms,', 'folders,')
  await project.write('models/lungs/chestnut.config.ts', films)
  await project.succeeds('ci', 'init', '--config', 'models/lungs/chestnut.config.ts', '--films', 'raw/films')
  const text = await readFile(project.file(workflow), 'utf8')
  assert.match(
    text.split('\n')[1] ?? '',
    /^# Written by "chestnut ci init --films raw\/films" from the configuration\./,
  )
  assert.match(text, /working-directory: models\/lungs/)
  assert.match(text, /npx chestnut store get raw\/films films/)
})

test('chestnut ci secrets lists what to set, what is set, and what becomes of the names of the guide', async () => {
  const env = { SCW_ACCESS_KEY: 'SCWXXXXXXXXXXXXXXXXX', SCW_SECRET_KEY: '', SCW_ORGANIZATION_ID: 'a', KNOWN_HOSTS: 'b' }
  await using project = await repository(env)
  const { out, err } = await project.succeeds('ci', 'secrets')
  assert.match(out, /^SCW_ACCESS_KEY +secret +environments chestnut, chestnut-teardown +\(set here\)$/m)
  assert.match(out, /^SCW_SECRET_KEY +secret +environments chestnut, chestnut-teardown +\(not set here\)$/m)
  assert.match(out, /^SCW_DEFAULT_PROJECT_ID +variable .*\(set here\)\n.*SCW_ORGANIZATION_ID is taken, too$/m)
  assert.match(err, /KNOWN_HOSTS is not needed/)
  assert.match(err, /chestnut-teardown: .*No reviewers/)
  assert.doesNotMatch(out + err, /SCWXXXX/)
})

const commit = 'ab'.repeat(20)
const verdict = { format: 'chestnut.verdict/1', passed: false, summary: 'AUROC 0.71, before 0.92.', commit }

test('chestnut ci post comments, checks and summarises what a run of GitHub came to, once', async () => {
  await using gitHub = await fakeGitHub()
  const ended = {
    cycle: { result: 'failure', outputs: { train: 'success', report: 'failure' } },
    teardown: { result: 'success' },
  }
  await using project = await repository({
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: gitHub.url,
    GITHUB_GRAPHQL_URL: `${gitHub.url}/graphql`,
    GITHUB_REPOSITORY: gitHub.repository,
    GITHUB_TOKEN: gitHub.token,
    GITHUB_RUN_ID: '17',
    GITHUB_STEP_SUMMARY: '',
    CHESTNUT_PULL_REQUEST: '7',
    CHESTNUT_COMMIT: commit,
    CHESTNUT_NEEDS: JSON.stringify(ended),
  })
  await mkdir(project.file('out'))
  await project.write('out/verdict.json', JSON.stringify(verdict))
  await project.write('out/verdict.md', '# The model is worse\n\nAUROC 0.71\n')
  await project.write('out/machines.json', JSON.stringify({ destroyed: [], left: [] }))
  await project.succeeds('ci', 'post', '--publish', 'github,check')
  const { out } = await project.succeeds('ci', 'post', '--publish', 'github,check')
  assert.match(out, /^github: same, https:.*\ncheck: same, https:/)
  const [comment, ...more] = gitHub.comments(7)
  assert.deepEqual(more, [])
  assert.match(
    comment?.body ?? '',
    /# The model is worse\n\nAUROC 0\.71\n\nMachines left: 0\.[\s\S]*\/actions\/runs\/17\)/,
  )
  const [check] = gitHub.checks
  assert.deepEqual([check?.head, check?.conclusion, check?.output.title], [commit, 'failure', 'The model is worse'])
})

test('chestnut ci post tells of a runner of GitLab that died, and of machines that may be left', async () => {
  await using gitLab = await fakeGitLab()
  await using project = await repository({
    GITLAB_CI: 'true',
    CI_API_V4_URL: gitLab.url,
    CI_PROJECT_ID: gitLab.project,
    CI_MERGE_REQUEST_IID: String(gitLab.mergeRequest),
    CI_COMMIT_SHA: commit,
    GITLAB_TOKEN: gitLab.token,
    CHESTNUT_JOBS: 'cycle teardown',
  })
  const { out } = await project.succeeds('ci', 'post')
  assert.match(out, /^gitlab: made/)
  const [note] = gitLab.notes
  assert.match(note?.body ?? '', /# This run ended before it was done: its runner died/)
  assert.match(note?.body ?? '', /Machines may be left, and are billed/)
  const refused = await project.chestnut('ci', 'post', '--publish', 'gitlb')
  assert.equal(refused.code, 2)
  assert.match(refused.err, /perhaps "gitlab"/)
})

test('chestnut ci post says outside of a workflow what it could do there', async () => {
  await using project = await repository()
  const nowhere = await project.chestnut('ci', 'post')
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /this is no workflow and no pipeline[\s\S]*--publish file/)
  await project.succeeds('ci', 'post', '--publish', 'file')
  assert.match(
    await readFile(join(project.path, 'out', 'posted', 'verdict.md'), 'utf8'),
    /# Nothing is known of how this run ended/,
  )
})
