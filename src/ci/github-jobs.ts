import { uses } from './actions.ts'
import { type CiFacts, isSwept, rents } from './facts.ts'
import {
  type CommandStep,
  command,
  films,
  inFolder,
  keep,
  secretsEnvironment,
  setUp,
  sshKeys,
  storeCache,
} from './github-steps.ts'
import { entry, type Lines, section, word } from './lines.ts'
import { paidEnvironment, productionEnvironment, teardownEnvironment } from './secrets.ts'

/** What a run is about: a pull request, or the branch after a merge. */
export interface Subject {
  /** Told apart from other runs of the project in the marks of its machines. An expression of GitHub may stand in it. */
  readonly owner: string
  /** The commit; undefined: the one that GitHub takes by itself. */
  readonly ref?: string
  /** Which runs may have the secrets. */
  readonly condition?: Lines
  /** After the report has passed. */
  readonly publishes: boolean
}

/** Minutes before the limit of the machines at which the runner ends: whoever rented still gives back. */
const margin = 10
/** GitHub ends a job after six hours. */
const longestJob = 360

function timeout(facts: CiFacts): number {
  return Math.min(longestJob - margin, facts.hours * 60 - margin)
}

/** The stages, in the environment that has the keys. */
export function cycleJob(facts: CiFacts, subject: Subject): Lines {
  const stages = stagesOf(facts, subject)
  const keys = secretsEnvironment(facts, paidEnvironment)
  return section('cycle', [
    `name: ${subject.publishes ? 'train, judge, publish' : 'train and judge'}`,
    'needs: check',
    ...(subject.condition ?? []),
    'runs-on: ubuntu-latest',
    ...(rents(facts) || keys.length > 0
      ? [
          '# Has the keys. Settings, Environments: who must say yes before it begins.',
          `environment: ${paidEnvironment}`,
        ]
      : []),
    ...(rents(facts) ? [`# Ends before the machines' own limit of ${facts.hours} hours does.`] : []),
    `timeout-minutes: ${timeout(facts)}`,
    ...section('permissions', ['contents: read']),
    ...section(
      'outputs',
      stages.map(({ id }) => `${id}: \${{ steps.${id}.outcome }}`),
    ),
    ...section('env', [`CHESTNUT_OWNER: ${subject.owner}`, ...keys]),
    ...section('steps', [
      ...setUp(facts, subject.ref),
      ...storeCache(facts),
      ...sshKeys(facts),
      ...films(facts),
      ...(isSwept(facts) ? command({ name: 'Give back what others forgot', run: 'npx chestnut machines sweep' }) : []),
      ...stages.flatMap(command),
      ...(rents(facts)
        ? command({ name: 'Give back what is still rented', if: 'always()', run: 'npx chestnut machines stop --all' })
        : []),
      ...keep(facts, 'chestnut-report', ['verdict.*']),
    ]),
  ])
}

interface Stage extends CommandStep {
  readonly id: string
}

function stagesOf({ on, hours }: CiFacts, { publishes }: Subject): readonly Stage[] {
  const there = (machine: string | undefined): string =>
    machine === undefined ? '' : ` --on ${word(machine)} --hours ${hours} --yes`
  return [
    { id: 'prepare', name: 'Prepare', run: `npx chestnut run prepare${there(on.prepare)}` },
    { id: 'train', name: 'Train', run: `npx chestnut run train${there(on.train)}` },
    { id: 'evaluate', name: 'Judge', run: 'npx chestnut run evaluate' },
    {
      id: 'report',
      name: 'Compare, and ask the gate',
      // It tells of a stage that failed, too.
      if: "${{ !cancelled() && steps.prepare.outcome != 'skipped' }}",
      run: 'npx chestnut report',
    },
    ...(publishes ? [{ id: 'publish', name: 'Publish', run: 'npx chestnut publish' }] : []),
  ]
}

/** Gives back whatever the cycle left, also when its runner died. Knows its machines by their mark, not by what that job said. */
export function teardownJob(facts: CiFacts, subject: Subject): Lines {
  if (!rents(facts)) return []
  const record = `${facts.output}/machines.json`
  return section('teardown', [
    'name: give the machines back',
    'needs: cycle',
    "if: always() && needs.cycle.result != 'skipped'",
    'runs-on: ubuntu-latest',
    '# An environment that nobody must say yes to: a machine that waits is billed.',
    `environment: ${teardownEnvironment}`,
    'timeout-minutes: 30',
    ...section('permissions', ['contents: read']),
    ...section('env', [`CHESTNUT_OWNER: ${subject.owner}`, ...secretsEnvironment(facts, teardownEnvironment)]),
    ...section('steps', [
      ...setUp(facts, subject.ref),
      ...sshKeys(facts),
      ...command({
        name: 'Give back',
        run: `mkdir -p ${word(facts.output)} && npx chestnut machines stop --all --json | tee ${word(record)}`,
      }),
      ...keep(facts, 'chestnut-machines', ['machines.json']),
    ]),
  ])
}

/** Says how it ended, whatever happened. */
export function sayJob(facts: CiFacts, needs: readonly string[], environment: Lines): Lines {
  const isPull = environment.length > 0
  return section('say', [
    'name: say how it ended',
    `needs: [${needs.join(', ')}]`,
    "if: always() && needs.cycle.result != 'skipped'",
    'runs-on: ubuntu-latest',
    'timeout-minutes: 15',
    ...section('permissions', ['contents: read', 'checks: write', ...(isPull ? ['pull-requests: write'] : [])]),
    ...section('steps', [
      ...setUp(facts),
      '# Data, not programs. Nothing is there when the runner died.',
      ...entry([
        'name: Get what was found',
        'continue-on-error: true',
        uses('download'),
        ...section('with', ['pattern: chestnut-*', 'merge-multiple: true', `path: ${inFolder(facts, facts.output)}`]),
      ]),
      ...command({
        name: isPull ? 'Comment, check and summary' : 'Check and summary',
        env: ['GITHUB_TOKEN: ${{ github.token }}', 'CHESTNUT_NEEDS: ${{ toJSON(needs) }}', ...environment],
        run: 'npx chestnut ci post',
      }),
    ]),
  ])
}

/** A server that people use: the gate of a deployment puts the old one back by itself; what is seen only later, the last step does. */
export function deployJob(facts: CiFacts): Lines {
  const { deployOn } = facts
  if (deployOn === undefined) return []
  const there = deployOn === 'local' ? '' : ` --on ${word(deployOn)}`
  return section('deploy', [
    'name: deploy',
    'needs: cycle',
    'runs-on: ubuntu-latest',
    `environment: ${productionEnvironment}`,
    'timeout-minutes: 60',
    ...section('permissions', ['contents: read']),
    ...section('env', secretsEnvironment(facts, productionEnvironment)),
    ...section('steps', [
      ...setUp(facts),
      ...storeCache(facts),
      ...sshKeys(facts),
      ...command({
        id: 'deploy',
        name: 'Deploy, and ask about golden films',
        run: `npx chestnut deploy${there} --yes`,
      }),
      ...askServer(),
      ...command({
        name: 'Go back to what answered before',
        if: "failure() && steps.deploy.outcome == 'success'",
        run: `npx chestnut rollback${there} --yes`,
      }),
    ]),
  ])
}

/** Asks the server as anybody would, where its address is known. */
export function askServer(): Lines {
  return command({
    name: 'Ask the server, from where people are',
    if: "vars.CHESTNUT_URL != ''",
    env: ['URL: ${{ vars.CHESTNUT_URL }}'],
    run: 'curl --fail --silent --show-error --max-time 30 --retry 5 --retry-all-errors "${URL%/}/health/ready"',
  })
}

/** What needs no secret, and runs for forks too. */
export function checkJob(facts: CiFacts, ref?: string): Lines {
  return section('check', [
    'name: check the workflows',
    'runs-on: ubuntu-latest',
    'timeout-minutes: 15',
    ...section('permissions', ['contents: read']),
    ...section('steps', [
      ...setUp(facts, ref),
      ...(ref === undefined ? [] : byHand()),
      ...command({ name: 'Look at the workflows', run: 'npx chestnut ci check' }),
    ]),
  ])
}

/** Looks at what a person has typed: the commit of a branch may be another one by the time the keys are there. */
function byHand(): Lines {
  return entry([
    'name: Want the commit that was read, not a branch that moves on',
    "if: github.event_name == 'workflow_dispatch'",
    ...section('env', ['PULL_REQUEST: ${{ inputs.pull_request }}', 'COMMIT: ${{ inputs.commit }}']),
    'run: |',
    '  if [[ ! "$PULL_REQUEST" =~ ^[0-9]+$ || ! "$COMMIT" =~ ^[0-9a-f]{40}$ ]]; then',
    "    echo '::error::Wanted the number of a pull request, and all 40 digits of its commit'",
    '    exit 1',
    '  fi',
  ])
}
