import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gitHubFaults, openGitHub } from '../../testing/fake-github/open-github.test.fixture.ts'
import { type OpenPublisher, publisherContract } from '../publisher.contract.ts'
import { gitHubCheck } from './github-check.ts'

publisherContract('gitHubCheck()', open)

const head = '0123456789abcdef0123456789abcdef01234567'

async function open(context: TestContext): Promise<OpenPublisher> {
  const gitHub = await openGitHub(context)
  const { fake, options } = gitHub
  return {
    publisher: gitHubCheck(options(1)),
    elsewhere: gitHubCheck(options(2)),
    // Nobody can take a check away: those that jobs made at once must say the same.
    posts: async key => {
      const ours = fake.checks.filter(({ name, externalId }) => name === `chestnut/${key}` && externalId === key)
      return [...new Set(ours.map(({ output }) => output.text))]
    },
    most: 65_535,
    faults: gitHubFaults(gitHub, ['createCheck', 'updateCheck']),
  }
}

const posted = {
  key: 'verdict',
  title: 'The model is better',
  markdown: '# Better',
  passed: true,
  summary: 'AUROC 0.92',
}

test('gitHubCheck() says what the gate says: passed, failed, or neither', async context => {
  const { fake, options } = await openGitHub(context, { commit: head })
  const publisher = gitHubCheck(options())
  const ends: (string | undefined)[] = []
  for (const passed of [true, false, undefined]) {
    await publisher.publish({ ...posted, passed })
    ends.push(fake.checks[0]?.conclusion)
  }
  assert.deepEqual(ends, ['success', 'failure', 'neutral'])
  assert.deepEqual(
    fake.checks.map(({ name, output, head: commit }) => ({ name, output, commit })),
    [
      {
        name: 'chestnut/verdict',
        output: { title: 'The model is better', summary: 'AUROC 0.92', text: '# Better' },
        commit: head,
      },
    ],
  )
})

test('gitHubCheck() has one for each commit', async context => {
  const { fake, options } = await openGitHub(context, { commit: head })
  const publisher = gitHubCheck(options())
  await publisher.publish(posted)
  await publisher.publish({ ...posted, commit: 'f'.repeat(40) })
  assert.deepEqual(
    fake.checks.map(check => check.head),
    [head, 'f'.repeat(40)],
  )
})

test('gitHubCheck() wants to know the commit, and says that a person may not write checks', async context => {
  const { fake, options } = await openGitHub(context)
  await assert.rejects(gitHubCheck(options()).publish(posted), /of which commit is not known/)
  const token = fake.addToken({ login: 'octocat', isApp: false, may: { checks: 'write' } })
  await assert.rejects(
    gitHubCheck({ ...options(), token }).publish({ ...posted, commit: head }),
    /^Problem: Cannot publish the check "chestnut\/verdict" of acme\/films: GitHub answers 403 You must authenticate via a GitHub App\.$/,
  )
})
