import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Misuse, Problem } from '../../core/index.ts'
import { workflowBot } from '../../testing/fake-github/index.ts'
import { gitHubFaults, openGitHub } from '../../testing/fake-github/open-github.test.fixture.ts'
import { scriptedFaults } from '../../testing/fake-scaleway/faults.ts'
import { type OpenPublisher, publisherContract } from '../publisher.contract.ts'
import { gitHubComment } from './github-comment.ts'

publisherContract('gitHubComment()', open)

const posted = { key: 'verdict', title: 'T', markdown: '# T', passed: true, summary: '' }

async function open(context: TestContext): Promise<OpenPublisher> {
  const gitHub = await openGitHub(context)
  const { fake, options } = gitHub
  const others = (): readonly string[] =>
    fake.comments(7).flatMap(({ author, body }) => (author === workflowBot ? [] : [body]))
  return {
    publisher: gitHubComment(options(1)),
    elsewhere: gitHubComment(options(2)),
    posts: async key =>
      fake.comments(7).flatMap(({ author, body }) => {
        const isOurs = author === workflowBot && body.startsWith(`<!-- chestnut:${key} -->`)
        return isOurs ? [body] : []
      }),
    most: 65_535,
    crowd: {
      write: async number => {
        for (let i = 0; i < number; i++) fake.addComment(7, `person-${i}`, `I have looked at it, ${i}`)
      },
      imitate: async text => fake.addComment(7, 'mallory', text),
      texts: async () => others(),
    },
    faults: gitHubFaults(gitHub, ['createComment', 'updateComment']),
  }
}

test('gitHubComment() asks for as few pages as there are, 100 a page, and for its own name once', async context => {
  const { fake, options } = await openGitHub(context)
  for (let i = 0; i < 250; i++) fake.addComment(7, 'person', String(i))
  const publisher = gitHubComment(options())
  await publisher.publish(posted)
  await publisher.publish(posted)
  const count = (name: string): number => fake.calls.filter(call => call === name).length
  assert.deepEqual([count('graphql'), count('createComment'), count('updateComment')], [1, 1, 0])
  // Before the comment was made, after it, and when it was published again.
  assert.equal(count('listComments'), 9)
})

test('gitHubComment() mends what a job that died left behind: the oldest stays', async context => {
  const { fake, options } = await openGitHub(context)
  const publisher = gitHubComment(options())
  const { where } = await publisher.publish(posted)
  const { body } = fake.comments(7)[0]!
  for (let i = 0; i < 3; i++) fake.addComment(7, workflowBot, body)
  assert.deepEqual(await publisher.publish(posted), { where, was: 'same' })
  assert.equal(fake.comments(7).length, 1)
})

test('gitHubComment() makes a new one when somebody takes the old one away between the look and the change', async context => {
  const { fake, options } = await openGitHub(context)
  const publisher = gitHubComment(options())
  const first = await publisher.publish(posted)
  fake.setFaults(point => {
    if (point.call === 'updateComment' && point.when === 'before') (fake.comments(7) as unknown[]).length = 0
    return undefined
  })
  const second = await publisher.publish({ ...posted, markdown: '# U' })
  assert.equal(second.was, 'made')
  assert.notEqual(second.where, first.where)
})

test('gitHubComment() works with the token of a person, whose name is another', async context => {
  const { fake, options } = await openGitHub(context)
  const token = fake.addToken({ login: 'octocat', isApp: false, may: { pull_requests: 'write' } })
  const { body } = { body: '<!-- chestnut:verdict -->\n# of the workflow' }
  fake.addComment(7, workflowBot, body)
  await gitHubComment({ ...options(), token }).publish(posted)
  assert.deepEqual(
    fake.comments(7).map(({ author }) => author),
    [workflowBot, 'octocat'],
  )
})

test('gitHubComment() says what a token is missing, and where a limit is beyond its patience', async context => {
  const { fake, options } = await openGitHub(context)
  const refusal = async (change: object, says: RegExp): Promise<void> => {
    await assert.rejects(gitHubComment({ ...options(), ...change }).publish(posted), error => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, says)
      return true
    })
  }
  const reader = fake.addToken({ login: workflowBot, isApp: true, may: { pull_requests: 'read' } })
  await refusal(
    { token: reader },
    /^Cannot comment on acme\/films#7: GitHub answers 403 Resource not accessible by integration$/,
  )
  await refusal({ token: 'ghs_wrong' }, /401 Bad credentials$/)
  const { place } = options()
  await refusal(
    { place: { ...place, pullRequest: 8 } },
    /^Cannot list the comments of acme\/films#8: GitHub answers 404 Not Found$/,
  )
  fake.lock(7)
  await refusal({}, /403 Unable to create comment because issue is locked\.$/)
  fake.setFaults(scriptedFaults([{ fault: { kind: 'secondary-limit', seconds: 3600 }, times: null }]))
  await refusal({}, /403 You have exceeded a secondary rate limit/)
  fake.setFaults(scriptedFaults([{ fault: { kind: 'error', status: 503 }, times: null }]))
  await refusal({}, /GitHub failed \(503 Server Error\)$/)
})

test('gitHubComment() gives up an answer that does not come in time', async context => {
  const { fake, options } = await openGitHub(context)
  fake.setFaults(() => ({ kind: 'hang' }))
  await assert.rejects(gitHubComment({ ...options(), timeout: 20 }).publish(posted), /no answer came in time/)
})

test('gitHubComment() sends no token in the clear, nor one that is none, and wants a pull request', async context => {
  const { options } = await openGitHub(context)
  const { place } = options()
  for (const change of [
    { place: { ...place, graphqlURL: 'http://ghe.example.org/graphql' } },
    { place: { ...place, apiURL: 'http://ghe.example.org' } },
    { place: { ...place, pullRequest: undefined } },
    { token: '' },
    { token: 'ghp_x\n' },
  ])
    assert.throws(() => gitHubComment({ ...options(), ...change }), Misuse)
})
