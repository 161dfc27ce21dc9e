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
  return { comment: comments[0]!.body, check: gitHub.checks.find(({ head }) => head === commit)?.conclusion }
}

test('a pull request gets one verdict, updated by every push; whatever fails, the machines are given back and the comment tells the truth', {
  skip,
}, async context => {
  await using pull = await openPullRequest({ 'chestnut.config.ts': config() })
  for (let i = 0; i < 120; i++) pull.gitHub.addComment(pull.number, 'person', `I have looked at it, ${i}`)

  await context.test('a change that is well', async () => {
    const commit = pull.push({})
    const { log } = await pull.run()
    const { comment, check } = said(pull, commit)
    assert.match(comment, /Machines left: 0\./, log)
    assert.equal(check, 'success', log)
    assert.deepEqual(pull.cloud.billable(), [])
  })
})
