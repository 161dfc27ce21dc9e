import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everything } from './facts.test.fixture.ts'
import { checkPipeline, checkWorkflow, gitHubWorkflows, gitLabPipeline } from './index.ts'

const workflow = gitHubWorkflows(everything)[0]!.text
const pipeline = gitLabPipeline(everything)[0]!.text

interface Mistake {
  readonly what: string
  readonly from: string | RegExp
  readonly to: string
  /** Of what is said about it. */
  readonly says: RegExp
  /** A part of the line that is named. */
  readonly line: string
}

const elsewhere = `
jobs:
  more:
    permissions: {}
    uses: acme/shared/.github/workflows/a.yml@main
    secrets: inherit
`

const mistakes: readonly Mistake[] = [
  {
    what: 'the trigger that hands secrets to forks',
    from: 'pull_request:\n    branches',
    to: 'pull_request_target:\n    branches',
    says: /gives the secrets of the repository to whatever a fork sends/,
    line: 'pull_request_target:',
  },
  {
    what: 'no rights at the top',
    from: 'permissions: {}\n',
    to: '',
    says: /rights that they do not name/,
    line: '# chestnut.ci',
  },
  {
    what: 'all rights at the top',
    from: 'permissions: {}\n',
    to: 'permissions: write-all\n',
    says: /rights that they do not name/,
    line: 'permissions: write-all',
  },
  {
    what: 'a job that does not name its rights',
    from: '    timeout-minutes: 290\n    permissions:\n      contents: read\n',
    to: '    timeout-minutes: 290\n',
    says: /"cycle" does not name its rights/,
    line: 'cycle:',
  },
  {
    what: 'a paid job that may write',
    from: '    timeout-minutes: 290\n    permissions:\n      contents: read\n',
    to: '    timeout-minutes: 290\n    permissions:\n      contents: write\n',
    says: /"cycle" has the keys of machines and may write/,
    line: 'permissions:',
  },
  {
    what: 'an action by a tag',
    from: /actions\/setup-node@[0-9a-f]{40}/,
    to: 'actions/setup-node@v6',
    says: /"actions\/setup-node@v6" can become another program/,
    line: 'actions/setup-node@v6',
  },
  {
    what: 'a token that stays in the checkout',
    from: '          persist-credentials: false\n',
    to: '',
    says: /token of the job stays/,
    line: 'actions/checkout@',
  },
  {
    what: 'text of an event in a program',
    from: 'run: npx chestnut ci check',
    to: 'run: npx chestnut ci check "${{ github.event.pull_request.title }}"',
    says: /"github\.event\.pull_request\.title" becomes a part of the program/,
    line: 'pull_request.title',
  },
  {
    what: 'a job without an end',
    from: '    timeout-minutes: 290\n',
    to: '',
    says: /"cycle" has no end/,
    line: 'cycle:',
  },
  {
    what: 'an end after that of the machine',
    from: 'timeout-minutes: 290',
    to: 'timeout-minutes: 300',
    says: /ends after 300 minutes, its machine at 5 hours/,
    line: 'timeout-minutes: 300',
  },
  {
    what: 'keys outside of an environment',
    from: '    environment: chestnut\n',
    to: '',
    says: /reads the secret SCW_ACCESS_KEY outside of an environment/,
    line: 'cycle:',
  },
  {
    what: 'keys that the program looks up itself, outside of an environment',
    from: 'GITHUB_TOKEN: ${{ github.token }}',
    to: 'KEYS: ${{ toJSON( secrets ) }}',
    says: /"say" reads the secret of every name outside of an environment/,
    line: 'say:',
  },
  {
    what: 'keys of every job',
    from: "  NPM_CONFIG_YES: 'false'\n",
    to: "  NPM_CONFIG_YES: 'false'\n  KEY: ${{ secrets['SCW_SECRET_KEY'] }}\n",
    says: /every job has the secret SCW_SECRET_KEY/,
    line: 'env:',
  },
  {
    what: 'a job of elsewhere that gets all keys',
    from: '\njobs:\n',
    to: elsewhere,
    says: /"more" reads the secret of every name outside of an environment/,
    line: 'more:',
  },
  {
    what: 'a job of elsewhere that may become another',
    from: '\njobs:\n',
    to: elsewhere,
    says: /"acme\/shared\/\.github\/workflows\/a\.yml@main" can become another program/,
    line: 'acme/shared',
  },
  {
    what: 'runs that are ended for the next one',
    from: 'cancel-in-progress: false',
    to: 'cancel-in-progress: true',
    says: /ended in the middle of renting/,
    line: 'cancel-in-progress: true',
  },
  {
    what: 'no turns',
    from: /concurrency:\n.*\n.*\n/,
    to: '',
    says: /two runs of "cycle" may rent at once/,
    line: 'cycle:',
  },
  {
    what: 'forks',
    from: 'github.event.pull_request.head.repo.full_name == github.repository',
    to: 'true',
    says: /"cycle" begins for pull requests of forks/,
    line: 'if: >-',
  },
  {
    what: 'no teardown',
    from: /\n {2}teardown:\n[\s\S]*?\n {2}say:/,
    to: '\n  say:',
    says: /nothing gives the machines of "cycle" back when its runner dies/,
    line: 'cycle:',
  },
  {
    what: 'a teardown that is left out',
    from: /(teardown:\n(?: {4}.*\n)*? {4}if: )always\(\) && /,
    to: '$1',
    says: /"teardown" is left out when "cycle" fails/,
    line: 'teardown:',
  },
  {
    what: 'a teardown of other machines',
    from: /(teardown:\n[\s\S]*?CHESTNUT_OWNER: ).*/,
    to: '$1pneumonia',
    says: /would give back the machines of other runs/,
    line: 'CHESTNUT_OWNER: pneumonia',
  },
  {
    what: 'an npx that fetches',
    from: "  NPM_CONFIG_YES: 'false'\n",
    to: '  OTHER: 1\n',
    says: /npx fetches whatever bears the name today/,
    line: 'npx chestnut ci check',
  },
  { what: 'no YAML', from: 'jobs:\n', to: 'jobs: [\n', says: /it is no YAML/, line: '' },
]

test('checkWorkflow() names each mistake, its line and what to do', () => {
  for (const { what, from, to, says, line } of mistakes) {
    const text = workflow.replace(from, to)
    assert.notEqual(text, workflow, what)
    const problems = checkWorkflow('w.yml', text)
    const found = problems.find(problem => says.test(problem.says))
    assert.ok(found !== undefined, `${what}: ${JSON.stringify(problems)}`)
    const shown = text.split('\n')[found.line - 1] ?? ''
    assert.ok(shown.includes(line), `${what}: line ${found.line} is "${shown}"`)
    assert.ok(found.remedy.length > 10, what)
  }
})

test("the guide's own workflow has most of these mistakes", () => {
  const guide = `name: CI
on:
  pull_request:
    branches: [ main ]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
    - uses: shimataro/ssh-key-action@v2
      with:
        key: \${{ secrets.SSH_KEY }}
    - run: |
        ssh -t \${{ secrets.USER_SERVER_CPU }} << EOF
          ./run_pipeline.sh
        EOF
`
  assert.deepEqual(
    checkWorkflow('run_pipeline.yml', guide).map(({ line, says }) => `${line} ${says}`),
    [
      '1 jobs have rights that they do not name',
      '6 the job "build" does not name its rights',
      '6 the job "build" has no end',
      '6 the job "build" reads the secret SSH_KEY outside of an environment',
      '9 "shimataro/ssh-key-action@v2" can become another program at any time',
      '12 "secrets.USER_SERVER_CPU" becomes a part of the program before it runs',
    ],
  )
})

test('checkPipeline() names each mistake at GitLab', () => {
  const given: readonly (readonly [string | RegExp, string, RegExp])[] = [
    ['timeout: 290 minutes', 'timeout: 5h', /"cycle" does not end before its machine does, at 5 hours/],
    ['  timeout: 290 minutes\n', '', /"cycle" has no end/],
    ['interruptible: false', 'interruptible: true', /may be ended in the middle of renting/],
    ['  resource_group: chestnut\n', '', /two runs of "cycle" may rent at once/],
    [/\nteardown:\n[\s\S]*?\n\n/, '\n', /nothing gives the machines of "cycle" back/],
    [/ {6}when: always\n/, '      when: on_success\n', /"teardown" is left out/],
  ]
  for (const [from, to, says] of given) {
    const text = pipeline.replace(from, to).replace(from, to)
    assert.notEqual(text, pipeline, String(from))
    const problems = checkPipeline('.gitlab-ci.yml', text)
    assert.ok(
      problems.some(problem => says.test(problem.says)),
      `${says}: ${JSON.stringify(problems)}`,
    )
  }
})
