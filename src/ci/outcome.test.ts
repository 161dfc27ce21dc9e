import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CiRun, outcomeOf, parseNeeds } from './index.ts'

const commit = 'ab'.repeat(20)
const done = { prepare: 'success', train: 'success', evaluate: 'success', report: 'success' }
const verdict = {
  data: { format: 'chestnut.verdict/1', passed: true, summary: 'AUROC 0.92.', commit },
  markdown: '# The model is better\n\nAUROC 0.92\n',
}
const well: CiRun = {
  jobs: { cycle: { result: 'success', outcomes: done }, teardown: { result: 'success', outcomes: {} } },
  verdict,
  machines: { destroyed: [], left: [] },
  commit,
  url: 'https://github.com/acme/films/actions/runs/1',
}

function ended(result: string, outcomes: Readonly<Record<string, string>> = {}): CiRun['jobs'] {
  return { cycle: { result, outcomes: { ...done, ...outcomes } }, teardown: { result: 'success', outcomes: {} } }
}

test('a run that went well is its verdict, with what is left of machines', () => {
  assert.deepEqual(outcomeOf(well), {
    title: 'The model is better',
    markdown:
      '# The model is better\n\nAUROC 0.92\n\nMachines left: 0.\n\nCommit abababababababababababababababababababab. [The run and its log](https://github.com/acme/films/actions/runs/1)\n',
    passed: true,
    summary: 'AUROC 0.92. Machines left: 0.',
  })
  assert.equal(
    outcomeOf({ ...well, verdict: { ...verdict, data: { ...verdict.data, passed: null } } }).passed,
    undefined,
  )
})

test('a gate that says no is the verdict, and does not pass', () => {
  const said = { ...verdict, data: { ...verdict.data, passed: false }, markdown: '# The model is worse\n' }
  const { title, passed } = outcomeOf({ ...well, verdict: said, jobs: ended('failure', { report: 'failure' }) })
  assert.deepEqual([title, passed], ['The model is worse', false])
})

test('a stage that fails is named, and there is no verdict on the commit', () => {
  const jobs = ended('failure', { train: 'failure', evaluate: 'skipped', report: 'skipped' })
  const { title, markdown, passed, summary } = outcomeOf({ ...well, jobs, verdict: undefined })
  assert.deepEqual([title, passed], ['Training failed', false])
  assert.equal(summary, 'Training failed. There is no verdict on this commit. Machines left: 0.')
  assert.match(markdown, /\| Preparing \| done \|\n\| Training \| \*\*failed\*\* \|\n\| Judging \| not begun \|/)
})

test('a verdict that tells of the stage itself is told as it stands', () => {
  const told = {
    data: { ...verdict.data, passed: false, failure: { stage: 'train', status: 'failed' } },
    markdown: '# Training failed: the loss is no number any more\n',
  }
  const jobs = ended('failure', { train: 'failure', evaluate: 'skipped', report: 'failure' })
  const { title, passed } = outcomeOf({ ...well, jobs, verdict: told })
  assert.deepEqual([title, passed], ['Training failed: the loss is no number any more', false])
})

test('a publication that fails after a good verdict does not pass, and the verdict is shown as reached before', () => {
  const jobs = ended('failure', { publish: 'failure' })
  const { title, markdown, passed } = outcomeOf({ ...well, jobs })
  assert.deepEqual([title, passed], ['Publishing failed', false])
  assert.match(markdown, /The verdict below was reached before that\.[\s\S]*AUROC 0\.92/)
})

test('a runner that died, a run that was cancelled, and one of which nothing is known do not pass', () => {
  const nothing = { ...well, verdict: undefined }
  const says = (run: CiRun): string => {
    const { title, passed, markdown } = outcomeOf(run)
    assert.equal(passed, false)
    assert.match(markdown, /There is no verdict on this commit/)
    return title
  }
  const { teardown } = well.jobs
  assert.match(
    says({ ...nothing, jobs: { cycle: { result: 'failure', outcomes: {} }, teardown: teardown! } }),
    /its runner died/,
  )
  assert.equal(says({ ...nothing, jobs: ended('cancelled', { train: 'cancelled' }) }), 'This run was cancelled')
  assert.match(says({ ...nothing, jobs: {} }), /Nothing is known/)
  assert.equal(says(nothing), 'This run left no verdict')
})

test('the verdict of another commit is none', () => {
  const { title, passed, markdown } = outcomeOf({ ...well, commit: 'cd'.repeat(20) })
  assert.deepEqual([title, passed], ['This run left no verdict', false])
  assert.doesNotMatch(markdown, /0\.92/)
})

test('machines are said to be gone only where somebody has looked; what the teardown gave back has its price', () => {
  const late = { destroyed: [{ name: 'chestnut-train-0123456789ab', euros: 0.2625 }], left: [] }
  assert.match(
    outcomeOf({ ...well, machines: late }).markdown,
    /Machines left: 0\. The teardown had to give one back, which had cost €0\.26 by then\./,
  )
  const unknown = {
    ...well,
    jobs: { ...well.jobs, teardown: { result: 'failure', outcomes: {} } },
    machines: undefined,
  }
  for (const run of [unknown, { ...well, machines: undefined }]) {
    const { markdown, passed, summary } = outcomeOf(run)
    assert.match(markdown, /\*\*Machines may be left, and are billed\.\*\*/)
    assert.equal(passed, false)
    assert.match(summary, /Machines may be left\.$/)
  }
  const named = outcomeOf({ ...well, machines: { destroyed: [], left: ['chestnut-train-0123456789ab'] } })
  assert.match(
    named.markdown,
    /Machines may be left, and are billed[\s\S]*`npx chestnut machines stop chestnut-train-0123456789ab`/,
  )
})

test('a deployment that fails after a good verdict does not pass', () => {
  const { cycle, teardown } = well.jobs
  const jobs = { cycle: cycle!, teardown: teardown!, deploy: { result: 'failure', outcomes: {} } }
  const { title, passed } = outcomeOf({ ...well, jobs })
  assert.deepEqual([title, passed], ['The deployment failed', false])
})

test('a run without machines says nothing of them', () => {
  const { cycle } = well.jobs
  assert.doesNotMatch(outcomeOf({ ...well, jobs: { cycle: cycle! }, machines: undefined }).markdown, /[Mm]achines/)
})

test('parseNeeds() reads what GitHub writes, and takes nothing else for it', () => {
  const needs = {
    cycle: { result: 'failure', outputs: { train: 'failure', odd: 3 } },
    teardown: { result: 'success', outputs: {} },
  }
  assert.deepEqual(parseNeeds(needs), {
    cycle: { result: 'failure', outcomes: { train: 'failure' } },
    teardown: { result: 'success', outcomes: {} },
  })
  assert.deepEqual(parseNeeds('x'), {})
})
