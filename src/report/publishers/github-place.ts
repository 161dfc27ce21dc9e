import { isJsonObject, Misuse } from '../../core/index.ts'
import { readJsonFile } from '../../store/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where a workflow of GitHub runs, and what it is about. */
export interface GitHubPlace {
  readonly apiURL: string
  readonly graphqlURL: string
  /** "owner/name" */
  readonly repository: string
  /** Undefined where there is none: after a merge, by the clock. */
  readonly pullRequest: number | undefined
  /** The head of the pull request, not the merge that GitHub tries; else the commit of the branch. */
  readonly commit: string | undefined
}

/**
 * Reads what GitHub tells a workflow. `CHESTNUT_PULL_REQUEST` and `CHESTNUT_COMMIT` come first, for workflows that were started by hand for
 * the pull request of a fork.
 *
 * @throws Misuse outside of a workflow
 */
export async function gitHubPlace(environment: Environment): Promise<GitHubPlace> {
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new Misuse(
      'Cannot publish at GitHub: "GITHUB_REPOSITORY" is not set as a workflow has it, wanted "owner/name"',
      {
        next: 'publish to a file where there is no GitHub',
      },
    )
  }
  const apiURL = (environment['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/+$/, '')
  const event = await eventOf(environment['GITHUB_EVENT_PATH'])
  const number = environment['CHESTNUT_PULL_REQUEST'] || event.number
  if (number !== undefined && !/^[1-9][0-9]{0,9}$/.test(number))
    throw new Misuse('Cannot publish at GitHub: "CHESTNUT_PULL_REQUEST" is no number of a pull request')
  return {
    apiURL,
    graphqlURL: environment['GITHUB_GRAPHQL_URL'] || `${apiURL.replace(/\/v3$/, '')}/graphql`,
    repository,
    pullRequest: number === undefined ? undefined : Number(number),
    commit: environment['CHESTNUT_COMMIT'] || event.head || environment['GITHUB_SHA'] || undefined,
  }
}

interface EventFacts {
  readonly number?: string
  readonly head?: string
}

async function eventOf(path: string | undefined): Promise<EventFacts> {
  if (path === undefined || path === '') return {}
  const event = await readJsonFile(path)
  const pull = isJsonObject(event) ? event['pull_request'] : undefined
  if (!isJsonObject(pull)) return {}
  const head = isJsonObject(pull['head']) ? pull['head']['sha'] : undefined
  return {
    ...(typeof pull['number'] === 'number' ? { number: String(pull['number']) } : {}),
    ...(typeof head === 'string' ? { head } : {}),
  }
}
