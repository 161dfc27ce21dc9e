import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { random } from '../../core/index.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { passingFaults } from '../../testing/fake-forge/passing-faults.ts'
import { fakeGitLab } from '../../testing/fake-gitlab/index.ts'
import { type OpenPublisher, publisherContract } from '../publisher.contract.ts'
import { gitLabNote, gitLabPlace } from './gitlab-note.ts'

publisherContract('gitLabNote()', open)

const bot = 'project_41_bot_5e1f'
const writes = ['createNote', 'updateNote']

async function open(context: TestContext): Promise<OpenPublisher> {
  const clock = fakeClock({ hurries: true })
  const fake = await fakeGitLab({ clock })
  context.after(() => fake[Symbol.asyncDispose]())
  const place = gitLabPlace(environmentOf(fake))
  let echoes = false
  return {
    publisher: gitLabNote({ place, token: fake.token, clock, random: random(1, 'test') }),
    elsewhere: gitLabNote({ place, token: fake.token, clock, random: random(2, 'test') }),
    posts: async key =>
      fake.notes.flatMap(({ author, body }) => {
        return author === bot && body.startsWith(`<!-- chestnut:${key} -->`) ? [body] : []
      }),
    most: 1_000_000,
    crowd: {
      write: async number => {
        for (let i = 0; i < number; i++) fake.addNote(`person-${i}`, `I have looked at it, ${i}`)
      },
      imitate: async text => fake.addNote('mallory', text),
      texts: async () => fake.notes.flatMap(({ author, body }) => (author === bot ? [] : [body])),
    },
    faults: {
      token: fake.token,
      passing: passingFaults(fake.setFaults, writes),
      echo: () => {
        echoes = true
      },
      forbid: () => {
        fake.setFaults(({ when, call }) =>
          when === 'before' && writes.includes(call) ? { kind: echoes ? 'echo' : 'error', status: 403 } : undefined,
        )
      },
      hang: () => fake.setFaults(() => ({ kind: 'hang' })),
    },
  }
}

interface Place {
  readonly url: string
  readonly project: string
  readonly mergeRequest: number
}

function environmentOf({ url, project, mergeRequest }: Place): Record<string, string> {
  return {
    CI_API_V4_URL: url,
    CI_PROJECT_ID: project,
    CI_MERGE_REQUEST_IID: String(mergeRequest),
    CI_PROJECT_URL: 'https://gitlab.example.org/acme/films',
  }
}

test('gitLabNote() says that a token may read alone, in the words of GitLab', async context => {
  const fake = await fakeGitLab()
  context.after(() => fake[Symbol.asyncDispose]())
  const publisher = gitLabNote({ place: gitLabPlace(environmentOf(fake)), token: fake.readingToken })
  await assert.rejects(
    publisher.publish({ key: 'verdict', title: 'T', markdown: '# T', passed: true, summary: '' }),
    /^Problem: Cannot write a note in !7: GitLab answers 403 wanted the scope "api"$/,
  )
})

test('gitLabPlace() wants a pipeline of a merge request', () => {
  assert.throws(() => gitLabPlace({}), /Cannot publish at GitLab: "CI_API_V4_URL" and "CI_PROJECT_ID"/)
  const environment = { CI_API_V4_URL: 'https://gitlab.com/api/v4', CI_PROJECT_ID: '41' }
  assert.throws(() => gitLabPlace(environment), /belongs to no merge request/)
})
