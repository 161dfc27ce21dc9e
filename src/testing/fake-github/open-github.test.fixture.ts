import type { TestContext } from 'node:test'
import { random } from '../../core/index.ts'
import type { PublisherFaults } from '../../report/publisher.contract.ts'
import type { GitHubOptions } from '../../report/publishers/github-client.ts'
import type { GitHubPlace } from '../../report/publishers/github-place.ts'
import { fakeClock } from '../fake-clock.ts'
import { passingFaults } from '../fake-forge/passing-faults.ts'
import { type FakeGitHub, fakeGitHub } from './index.ts'

export interface OpenGitHub {
  readonly fake: FakeGitHub
  /** What a publisher of one job is handed. */
  options(job?: number): GitHubOptions
}

/** A GitHub of the test's own, whose waiting takes no time. */
export async function openGitHub(context: TestContext, place: Partial<GitHubPlace> = {}): Promise<OpenGitHub> {
  const clock = fakeClock({ hurries: true })
  const fake = await fakeGitHub({ clock })
  context.after(() => fake[Symbol.asyncDispose]())
  return {
    fake,
    options: (job = 0) => ({
      place: {
        apiURL: fake.url,
        graphqlURL: `${fake.url}/graphql`,
        repository: fake.repository,
        pullRequest: 7,
        commit: undefined,
        ...place,
      },
      token: fake.token,
      clock,
      random: random(job, 'test'),
    }),
  }
}

/** @param writes names of the calls that write */
export function gitHubFaults({ fake }: OpenGitHub, writes: readonly string[]): PublisherFaults {
  let echoes = false
  return {
    token: fake.token,
    passing: passingFaults(fake.setFaults, writes),
    echo: () => {
      echoes = true
    },
    forbid: () => {
      fake.setFaults(point =>
        point.when === 'before' && writes.includes(point.call)
          ? { kind: echoes ? 'echo' : 'error', status: 403 }
          : undefined,
      )
    },
    hang: () => fake.setFaults(() => ({ kind: 'hang' })),
  }
}
