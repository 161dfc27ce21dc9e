import { type CiFacts, isSwept, keepsResults, rents } from './facts.ts'
import { askServer, checkJob, cycleJob, deployJob, type Subject, sayJob, teardownJob } from './github-jobs.ts'
import { command, secretsEnvironment, setUp, sshKeys } from './github-steps.ts'
import { inImage, outside } from './in-image.ts'
import { type Lines, scalar, section } from './lines.ts'
import { sealed } from './seal.ts'
import { teardownEnvironment } from './secrets.ts'

/** A file to be written, from the repository's root. */
export interface CiFile {
  readonly path: string
  readonly text: string
}

const number = '${{ github.event.pull_request.number || inputs.pull_request }}'
const commit = '${{ github.event.pull_request.head.sha || inputs.commit }}'

/** The workflows of a project: for pull requests, after a merge, and by the clock. */
export function gitHubWorkflows(facts: CiFacts): readonly CiFile[] {
  return [
    file('chestnut.yml', pullRequest(facts), facts),
    ...(keepsResults(facts) ? [file('chestnut-merge.yml', afterMerge(facts), facts)] : []),
    ...(isSwept(facts) || facts.deployOn !== undefined
      ? [file('chestnut-schedule.yml', byTheClock(facts), facts)]
      : []),
  ]
}

function file(name: string, lines: Lines, { flags }: CiFacts): CiFile {
  return { path: `.github/workflows/${name}`, text: sealed(lines, flags) }
}

/** What stands at the top of each: no rights but those that a job names, and no run ended while it rents. */
function head(facts: CiFacts, group: string): Lines {
  return [
    '# A job has the rights that it names, and no others.',
    'permissions: {}',
    '',
    '# They take turns, and none is ended for the next one: it might just be renting.',
    ...section('concurrency', [`group: ${group}`, 'cancel-in-progress: false']),
    '',
    '# npx runs what is installed. Were it missing, it would fetch whatever bears its name today.',
    ...section('env', ["NPM_CONFIG_YES: 'false'"]),
    '',
    ...section('defaults', [
      ...section('run', [
        'shell: bash',
        ...(facts.folder === '' ? [] : [`working-directory: ${scalar(facts.folder)}`]),
      ]),
    ]),
    '',
  ]
}

function pullRequest(facts: CiFacts): Lines {
  const subject: Subject = {
    owner: `${ownerStart(facts)}-pr-${number}`,
    ref: commit,
    condition: [
      '# Never for a commit of a fork, unless a maintainer has read it and starts this by hand.',
      '# Dependabot has no secrets either.',
      'if: >-',
      "  github.event_name == 'workflow_dispatch' ||",
      "  (github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]')",
    ],
    publishes: false,
  }
  const byHand = ['CHESTNUT_PULL_REQUEST: ${{ inputs.pull_request }}', 'CHESTNUT_COMMIT: ${{ inputs.commit }}']
  return [
    'name: chestnut',
    '',
    ...section('on', [
      ...section('pull_request', [branches(facts)]),
      '# For the pull request of a fork, by a maintainer who has read this very commit.',
      ...section('workflow_dispatch', [
        ...section('inputs', [
          ...input('pull_request', 'Number of the pull request'),
          ...input('commit', 'The commit that was read, all 40 digits'),
        ]),
      ]),
    ]),
    '',
    ...head(facts, `chestnut-${number}`),
    ...jobs([
      checkJob(outside(facts), commit),
      inImage(facts, cycleJob(facts, subject)),
      inImage(facts, teardownJob(facts, subject)),
      inImage(facts, sayJob(facts, needsOf(facts), byHand)),
    ]),
  ]
}

/** A pattern to GitHub, in which some letters mean more than themselves. */
function branches({ branch }: CiFacts): string {
  return `branches: [${scalar(branch.replace(/[*?+![\]\\]/g, letter => `\\${letter}`))}]`
}

function input(name: string, description: string): Lines {
  return section(name, [`description: ${description}`, 'required: true', 'type: string'])
}

function needsOf(facts: CiFacts): readonly string[] {
  return rents(facts) ? ['cycle', 'teardown'] : ['cycle']
}

/** Marks of machines have 63 letters at most. */
function ownerStart({ project }: CiFacts): string {
  return project.slice(0, 40).replace(/-+$/, '')
}

function afterMerge(facts: CiFacts): Lines {
  const subject: Subject = { owner: `${ownerStart(facts)}-merge`, publishes: true }
  const deploys = facts.deployOn === undefined ? [] : ['deploy']
  return [
    'name: chestnut after a merge',
    '',
    ...section('on', [...section('push', [branches(facts)]), 'workflow_dispatch:']),
    '',
    ...head(facts, 'chestnut-merge'),
    ...jobs([
      checkJob(outside(facts)),
      inImage(facts, cycleJob(facts, subject)),
      inImage(facts, teardownJob(facts, subject)),
      deployJob(outside(facts)),
      inImage(facts, sayJob(facts, [...needsOf(facts), ...deploys], [])),
    ]),
  ]
}

function byTheClock(facts: CiFacts): Lines {
  return [
    'name: chestnut by the clock',
    '',
    ...section('on', [
      ...section('schedule', [
        '# Every twenty minutes, away from the full hour, when GitHub is busiest.',
        "- cron: '7,27,47 * * * *'",
      ]),
      'workflow_dispatch:',
    ]),
    '',
    ...head(facts, 'chestnut-schedule'),
    ...jobs([inImage(facts, sweepJob(facts)), watchJob(facts)]),
  ]
}

function sweepJob(facts: CiFacts): Lines {
  if (!isSwept(facts)) return []
  return section('sweep', [
    'name: give back what is overdue',
    'runs-on: ubuntu-latest',
    `environment: ${teardownEnvironment}`,
    'timeout-minutes: 15',
    ...section('permissions', ['contents: read']),
    ...section('env', secretsEnvironment(facts, teardownEnvironment)),
    ...section('steps', [
      ...setUp(facts),
      ...sshKeys(facts),
      ...command({ name: 'Sweep', run: 'npx chestnut machines sweep' }),
    ]),
  ])
}

function watchJob({ deployOn }: CiFacts): Lines {
  if (deployOn === undefined) return []
  return section('watch', [
    'name: look whether the server answers',
    'runs-on: ubuntu-latest',
    'timeout-minutes: 15',
    'permissions: {}',
    // Nothing is checked out, so the project's folder is not there.
    ...section('defaults', [...section('run', ['shell: bash', 'working-directory: .'])]),
    ...section('steps', askServer()),
  ])
}

function jobs(all: readonly Lines[]): Lines {
  const there = all.filter(lines => lines.length > 0)
  return section(
    'jobs',
    there.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines])),
  )
}
