import { Misuse, nearest } from '../../core/index.ts'
import type { Publisher } from '../publisher.ts'
import { filePublisher } from './file-publisher.ts'
import { gitHubCheck } from './github-check.ts'
import { gitHubComment } from './github-comment.ts'
import { type Environment, gitHubPlace } from './github-place.ts'
import { gitLabNote, gitLabPlace } from './gitlab-note.ts'
import { jobSummary } from './job-summary.ts'
import type { PublisherTools } from './publisher-tools.ts'

/** By the names that people type. */
export const publisherNames = ['file', 'github', 'check', 'summary', 'gitlab'] as const
export type PublisherName = (typeof publisherNames)[number]

export interface OpenPublishersOptions extends PublisherTools {
  /** Default: the process's own. */
  readonly environment?: Environment
  /** Where the publisher "file" writes. */
  readonly folder: string
}

/** Names with commas between. @throws Misuse that names the nearest */
export function parsePublisherNames(text: string): readonly PublisherName[] {
  return text.split(',').map(part => {
    const name = part.trim()
    const known = publisherNames.find(one => one === name)
    if (known !== undefined) return known
    const near = nearest(name, publisherNames)
    const hint = near === undefined ? publisherNames.join(', ') : `perhaps "${near}"`
    throw new Misuse(`Cannot publish to "${name}": there is no such place, wanted ${hint}`)
  })
}

/** Publishers with what the environment of a workflow or a pipeline says. @throws Misuse when it says too little */
export async function openPublishers(
  names: readonly PublisherName[],
  { environment = process.env, folder, ...tools }: OpenPublishersOptions,
): Promise<readonly Publisher[]> {
  const gitHub = async (): Promise<Parameters<typeof gitHubComment>[0]> => ({
    ...tools,
    place: await gitHubPlace(environment),
    token: environment['GITHUB_TOKEN'] || environment['GH_TOKEN'] || '',
  })
  const open = async (name: PublisherName): Promise<Publisher> => {
    switch (name) {
      case 'file':
        return filePublisher({ folder })
      case 'github':
        return gitHubComment(await gitHub())
      case 'check':
        return gitHubCheck(await gitHub())
      case 'summary':
        return jobSummary({ path: environment['GITHUB_STEP_SUMMARY'] ?? '' })
      case 'gitlab':
        return gitLabNote({ ...tools, place: gitLabPlace(environment), token: environment['GITLAB_TOKEN'] ?? '' })
      default:
        return name satisfies never
    }
  }
  return await Promise.all(names.map(open))
}

/** Where a run of a workflow or a pipeline usually says something. Nothing outside of one. */
export async function usualPublishers(environment: Environment = process.env): Promise<readonly PublisherName[]> {
  if (environment['GITHUB_ACTIONS'] === 'true') {
    const { pullRequest } = await gitHubPlace(environment)
    return pullRequest === undefined ? ['check', 'summary'] : ['github', 'check', 'summary']
  }
  return environment['GITLAB_CI'] === 'true' && environment['CI_MERGE_REQUEST_IID'] ? ['gitlab'] : []
}
