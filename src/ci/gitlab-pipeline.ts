import { type CiFacts, cachedStore, isSwept, keepsResults, rents } from './facts.ts'
import { inFolder, install } from './github-steps.ts'
import type { CiFile } from './github-workflows.ts'
import { installed, outside } from './in-image.ts'
import { type Lines, scalar, section, word } from './lines.ts'
import { sealed } from './seal.ts'
import { sshMachines } from './secrets.ts'

/** The pipeline of a project at GitLab: for merge requests, after a merge, and by a schedule. */
export function gitLabPipeline(facts: CiFacts): readonly CiFile[] {
  const lines = [
    ...head(facts),
    ...beside(
      facts,
      job('check', [stage('check'), ...rules('merge'), 'timeout: 15 minutes', ...script(['npx chestnut ci check'])]),
    ),
    ...beside(facts, cycle(facts)),
    ...beside(facts, teardown(facts)),
    ...beside(facts, say(facts)),
    ...deploy(facts),
    ...beside(facts, sweep(facts)),
    ...watch(facts),
  ]
  return [{ path: '.gitlab-ci.yml', text: sealed(lines, ['--gitlab', ...facts.flags]) }]
}

/** Where Chestnut is in the image. */
function beside({ image }: CiFacts, lines: Lines): Lines {
  return image === undefined ? lines : lines.map(installed)
}

function head(facts: CiFacts): Lines {
  return [
    'stages: [check, cycle, teardown, say, deploy]',
    '',
    ...section('workflow', [
      ...section('rules', [
        "- if: $CI_PIPELINE_SOURCE == 'merge_request_event'",
        '- if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
      ]),
    ]),
    '',
    ...section('default', [
      ...(facts.image === undefined
        ? [nodeImage]
        : section('image', [`name: ${scalar(facts.image)}`, "entrypoint: ['']"])),
      '# A pipeline is never ended for the next one: it might just be renting.',
      'interruptible: false',
      ...section('before_script', beforeScript(facts)),
      ...section('cache', npmCache(facts)),
    ]),
    '',
    '# Settings, CI/CD, Variables: keys of machines and store, masked, for the environments chestnut/* and production. Pipelines of forks have none.',
    ...section('variables', [
      '# What the machines of this pipeline are marked with.',
      `CHESTNUT_OWNER: ${scalar(`${facts.project.slice(0, 40)}-$CI_PIPELINE_IID`)}`,
      '# npx runs what is installed. Were it missing, it would fetch whatever bears its name today.',
      "NPM_CONFIG_YES: 'false'",
      'GIT_DEPTH: 1',
    ]),
    '',
  ]
}

const nodeImage = 'image: node:22-bookworm'

function beforeScript(facts: CiFacts): Lines {
  return [
    ...(facts.folder === '' ? [] : [`- cd ${word(facts.folder)}`]),
    ...(facts.image === undefined ? [`- ${install(facts)} --cache "$CI_PROJECT_DIR/.npm"`] : []),
    ...sshKeys(facts),
  ]
}

/** In the project's image there is no curl. */
function ownImage(facts: CiFacts): Lines {
  return facts.image === undefined ? [] : [nodeImage, ...section('before_script', beforeScript(outside(facts)))]
}

function npmCache(facts: CiFacts): Lines {
  const file = inFolder(facts, facts.hasLock ? 'package-lock.json' : 'chestnut.config.ts')
  return ['- key:', `    files: [${scalar(file)}]`, '  paths: [.npm/]']
}

/** What one run made is there for the next. */
function storeCache(facts: CiFacts): Lines {
  const path = cachedStore(facts)
  if (path === undefined) return []
  return section('cache', [
    ...npmCache(facts),
    '- key: chestnut-store',
    `  paths: [${scalar(inFolder(facts, `${path}/`))}]`,
  ])
}

/** A variable of the type "file" is the path of the key. */
function sshKeys(facts: CiFacts): Lines {
  const paths = [...new Set(sshMachines(facts).map(({ identity }) => identity))]
  return paths.map(path => {
    const place = path.startsWith('~/') ? `"$HOME/${path.slice(2)}"` : word(path)
    return `- if [ -n "\${SSH_KEY:-}" ]; then install -D -m 600 "$SSH_KEY" ${place}; fi`
  })
}

function job(name: string, lines: Lines): Lines {
  return [...section(name, lines), '']
}

function stage(name: string): string {
  return `stage: ${name}`
}

/** @param when for merge requests and after a merge, after a merge alone, or by a schedule */
function rules(when: 'merge' | 'branch' | 'schedule', start?: string): Lines {
  const conditions = {
    merge: [
      "$CI_PIPELINE_SOURCE == 'merge_request_event'",
      "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != 'schedule'",
    ],
    branch: ["$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != 'schedule'"],
    schedule: ["$CI_PIPELINE_SOURCE == 'schedule'"],
  }[when]
  return section(
    'rules',
    conditions.flatMap(condition => [`- if: ${condition}`, ...(start === undefined ? [] : [`  when: ${start}`])]),
  )
}

function script(commands: readonly string[]): Lines {
  return section('script', commands.map(commandLine))
}

function commandLine(text: string): string {
  return `- ${text}`
}

function kept(facts: CiFacts, files: readonly string[]): Lines {
  return section('artifacts', [
    'when: always',
    `paths: [${files.map(file => scalar(inFolder(facts, `${facts.output}/${file}`))).join(', ')}]`,
    'expire_in: 30 days',
  ])
}

function cycle(facts: CiFacts): Lines {
  const { on, hours, output } = facts
  const there = (machine: string | undefined): string =>
    machine === undefined ? '' : ` --on ${word(machine)} --hours ${hours} --yes`
  return job('cycle', [
    stage('cycle'),
    ...rules('merge'),
    '# Ends before the limit of the machines does.',
    `timeout: ${hours * 60 - 10} minutes`,
    '# One at a time.',
    'resource_group: chestnut',
    ...storeCache(facts),
    ...section('environment', [
      'name: chestnut/$CI_PIPELINE_IID',
      ...(rents(facts) ? ['on_stop: teardown', `auto_stop_in: ${hours} hours`] : []),
    ]),
    ...script([
      ...(facts.films === undefined
        ? []
        : [`npx chestnut store get ${word(facts.films.key)} ${word(facts.films.folder)}`]),
      ...(isSwept(facts) ? ['npx chestnut machines sweep'] : []),
      `npx chestnut run prepare${there(on.prepare)}`,
      `npx chestnut run train${there(on.train)}`,
      'npx chestnut run evaluate',
      'npx chestnut report',
      ...(keepsResults(facts)
        ? ['if [ "${CI_COMMIT_BRANCH:-}" = "$CI_DEFAULT_BRANCH" ]; then npx chestnut publish; fi']
        : []),
    ]),
    ...section('after_script', [
      ...(facts.folder === '' ? [] : [`- cd ${word(facts.folder)}`]),
      `- mkdir -p ${word(output)} && printf '{"cycle":{"result":"%s"}}' "$CI_JOB_STATUS" > ${word(`${output}/jobs.json`)}`,
      ...(rents(facts) ? ['- npx chestnut machines stop --all'] : []),
    ]),
    ...kept(facts, ['verdict.*', 'jobs.json']),
  ])
}

function teardown(facts: CiFacts): Lines {
  if (!rents(facts)) return []
  const record = word(`${facts.output}/machines.json`)
  return job('teardown', [
    stage('teardown'),
    '# Whatever became of the cycle, also when its runner died.',
    ...rules('merge', 'always'),
    'timeout: 30 minutes',
    ...section('needs', ['- job: cycle', '  artifacts: false']),
    ...section('environment', ['name: chestnut/$CI_PIPELINE_IID', 'action: stop']),
    ...script([`mkdir -p ${word(facts.output)} && npx chestnut machines stop --all --json > ${record}`]),
    ...kept(facts, ['machines.json']),
  ])
}

function say(facts: CiFacts): Lines {
  const before = rents(facts) ? ['cycle', 'teardown'] : ['cycle']
  return job('say', [
    stage('say'),
    ...section('rules', ["- if: $CI_PIPELINE_SOURCE == 'merge_request_event'", '  when: always']),
    'timeout: 15 minutes',
    `needs: [${before.join(', ')}]`,
    ...section('variables', [`CHESTNUT_JOBS: ${scalar(before.join(' '))}`]),
    ...script(['npx chestnut ci post']),
  ])
}

function deploy(facts: CiFacts): Lines {
  const { deployOn } = facts
  if (deployOn === undefined) return []
  const there = deployOn === 'local' ? '' : ` --on ${word(deployOn)}`
  return job('deploy', [
    stage('deploy'),
    ...rules('branch'),
    'timeout: 60 minutes',
    'resource_group: production',
    ...ownImage(facts),
    ...storeCache(facts),
    ...section('environment', ['name: production']),
    ...section('variables', ["CHESTNUT_OWNER: ''"]),
    ...script([
      `npx chestnut deploy${there} --yes`,
      `if [ -n "\${CHESTNUT_URL:-}" ] && ! ${ask}; then npx chestnut rollback${there} --yes; exit 1; fi`,
    ]),
  ])
}

const ask =
  'curl --fail --silent --show-error --max-time 30 --retry 5 --retry-all-errors "${CHESTNUT_URL%/}/health/ready"'

function sweep(facts: CiFacts): Lines {
  if (!isSwept(facts)) return []
  return job('sweep', [
    stage('check'),
    '# Build, Pipeline schedules: every twenty minutes.',
    ...rules('schedule'),
    'timeout: 15 minutes',
    ...section('environment', ['name: chestnut/sweep', 'action: access']),
    ...script(['npx chestnut machines sweep']),
  ])
}

function watch({ deployOn, image }: CiFacts): Lines {
  if (deployOn === undefined) return []
  return job('watch', [
    stage('check'),
    ...section('rules', ["- if: $CI_PIPELINE_SOURCE == 'schedule' && $CHESTNUT_URL"]),
    'timeout: 15 minutes',
    ...(image === undefined ? [] : [nodeImage]),
    'before_script: []',
    ...script([ask]),
  ])
}
