import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needNamespaces } from '../src/testing/index.ts'
import { needAct } from './pull-request/act.ts'
import { openPullRequest, type PullRequest } from './pull-request/pull-request.ts'

const skip = needNamespaces() || needAct()

function config({ rate = 0.002, gate = '' }: { readonly rate?: number; readonly gate?: string } = {}): string {
  return `import { defineConfig, phantoms, scaleway, vggSmall } from 'chestnut'

export default defineConfig({
  name: 'lungs',
  data: phantoms({ patients: 60, size: 64 }),
  backbone: vggSmall({ size: 32, widths: [8, 16] }),
  train: { epochs: 3, batch: 32, rate: { kind: 'constant', rate: ${rate} } },
  store: process.env['CHESTNUT_STORE'] ?? '.chestnut',
  machines: { gpu: scaleway({ type: 'L4-1-24G' }), caps: { run: 10, month: 50 } },
  ${gate}
})
`
}

/** The one comment, and what the check says of the commit. */
function said(
  { gitHub, number }: PullRequest,
  commit: string,
): { readonly comment: string; readonly check: string | undefined } {
  const comments = gitHub.comments(number).filter(({ author }) => author === 'github-actions[bot]')
  assert.equal(comments.length, 1)
  assert.ok(comments[0]!.body.includes(`Commit ${commit}.`), comments[0]!.body)
  return { comment: comments[0]!.body, check: gitHub.checks.find(({ head }) => head === commit)?.conclusion }
}

test('a pull request gets one verdict, updated by every push; whatever fails, the machines are given back and the comment tells the truth', {
  skip,
}, async context => {
  await using pull = await openPullRequest({ 'chestnut.config.ts': config() })
  for (let i = 0; i < 120; i++) pull.gitHub.addComment(pull.number, 'person', `I have looked at it, ${i}`)

  const left = (): readonly unknown[] => pull.cloud.billable()

  await context.test('a change that is well: the verdict is posted once, and nothing is left', async () => {
    const commit = pull.push({})
    const { code, log } = await pull.run()
    const { comment, check } = said(pull, commit)
    assert.equal(code, 0, log)
    assert.match(comment, /^# lungs: this change passes\n[\s\S]*Machines left: 0\./m, log)
    assert.equal(check, 'success', log)
    assert.deepEqual(left(), [])
    assert.ok(pull.cloud.bill('chestnut:owner=lungs-pr-7').euros > 0)
    assert.deepEqual(jobsIn(pull.commands()), ['check', 'cycle', 'teardown', 'say'])
  })

  await context.test(
    'the next push, whose gate says no: the same comment says so, and nothing is rented for what is known',
    async () => {
      const before = pull.cloud.bill().euros
      const commit = pull.push({ 'chestnut.config.ts': config({ gate: 'quality: { auroc: { atLeast: 0.9999 } },' }) })
      const { code, log } = await pull.run()
      assert.notEqual(code, 0)
      const { comment, check } = said(pull, commit)
      assert.equal(check, 'failure', log)
      assert.match(comment, /^# lungs: this change does not pass\n[\s\S]*Machines left: 0\./m, log)
      assert.equal(pull.cloud.bill().euros, before)
      assert.deepEqual(left(), [])
    },
  )

  await context.test('a training that fails', async () => {
    const commit = pull.push({ 'chestnut.config.ts': config({ rate: 1e30 }) })
    const { code, log } = await pull.run()
    assert.notEqual(code, 0)
    const { comment, check } = said(pull, commit)
    assert.equal(check, 'failure', log)
    assert.match(comment, /There is no model: the stage "train" failed[\s\S]*Machines left: 0\./, log)
    assert.doesNotMatch(comment, /AUROC/)
    assert.deepEqual(left(), [])
  })

  await context.test('a runner that is killed while a machine is rented', async () => {
    const commit = pull.push({ 'chestnut.config.ts': config({ rate: 0.003 }) })
    const running = pull.run()
    await pull.killRunner()
    const { log } = await running
    const { comment, check } = said(pull, commit)
    assert.equal(check, 'failure', log)
    assert.match(comment, /There is no verdict on this commit/)
    assert.match(comment, /Machines left: 0\. The teardown had to give one back, which had cost €/, log)
    assert.deepEqual(left(), [])
  })
})

/** The jobs that had chestnut do something, in their order. */
function jobsIn(commands: readonly string[]): readonly string[] {
  return [...new Set(commands.map(line => line.split(' ')[0]!))]
}
