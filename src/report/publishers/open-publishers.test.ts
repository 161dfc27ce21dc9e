import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { gitHubPlace } from './github-place.ts'
import { openPublishers, parsePublisherNames, usualPublishers } from './open-publishers.ts'

const head = 'ab'.repeat(20)

test('gitHubPlace() takes the head of the pull request from the event, and what a person says before it', async context => {
  const path = join(await temporaryFolder(context), 'event.json')
  await writeFile(path, JSON.stringify({ pull_request: { number: 12, head: { sha: head } } }))
  const environment = {
    GITHUB_REPOSITORY: 'acme/films',
    GITHUB_API_URL: 'https://ghe.example.org/api/v3',
    GITHUB_EVENT_PATH: path,
    GITHUB_SHA: 'cd'.repeat(20),
  }
  const place = await gitHubPlace(environment)
  assert.deepEqual(place, {
    apiURL: 'https://ghe.example.org/api/v3',
    graphqlURL: 'https://ghe.example.org/api/graphql',
    repository: 'acme/films',
    pullRequest: 12,
    commit: head,
  })
  const byHand = { ...environment, CHESTNUT_PULL_REQUEST: '9', CHESTNUT_COMMIT: 'ef'.repeat(20) }
  const { pullRequest, commit } = await gitHubPlace(byHand)
  assert.deepEqual({ pullRequest, commit }, { pullRequest: 9, commit: 'ef'.repeat(20) })
  await assert.rejects(gitHubPlace({ ...environment, CHESTNUT_PULL_REQUEST: '9; true' }), /no number/)
})

test('after a merge there is no pull request, and the commit is that of the branch', async () => {
  const environment = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/films', GITHUB_SHA: head }
  const { pullRequest, commit, apiURL, graphqlURL } = await gitHubPlace(environment)
  assert.deepEqual([pullRequest, commit], [undefined, head])
  assert.deepEqual([apiURL, graphqlURL], ['https://api.github.com', 'https://api.github.com/graphql'])
  assert.deepEqual(await usualPublishers(environment), ['check', 'summary'])
  assert.deepEqual(await usualPublishers({ ...environment, CHESTNUT_PULL_REQUEST: '9' }), [
    'github',
    'check',
    'summary',
  ])
  assert.deepEqual(await usualPublishers({ GITLAB_CI: 'true', CI_MERGE_REQUEST_IID: '3' }), ['gitlab'])
  assert.deepEqual(await usualPublishers({}), [])
})

test('openPublishers() opens what the names say, and a name that is none is told with the nearest', async () => {
  const environment = {
    GITHUB_REPOSITORY: 'acme/films',
    GITHUB_TOKEN: 'ghs_x',
    CHESTNUT_PULL_REQUEST: '9',
    GITHUB_STEP_SUMMARY: '/tmp/summary',
    CI_API_V4_URL: 'https://gitlab.com/api/v4',
    CI_PROJECT_ID: '41',
    CI_MERGE_REQUEST_IID: '3',
    GITLAB_TOKEN: 'glpat-x',
  }
  const names = parsePublisherNames('file, github,check,summary,gitlab')
  const opened = await openPublishers(names, { environment, folder: 'out' })
  assert.deepEqual(
    opened.map(({ name }) => name),
    names,
  )
  assert.throws(
    () => parsePublisherNames('githb'),
    /Cannot publish to "githb": there is no such place, wanted perhaps "github"/,
  )
})
