import { random } from '../../core/index.ts'
import { ForgeClient } from './forge-client.ts'
import type { GitHubPlace } from './github-place.ts'
import type { PublisherTools } from './publisher-tools.ts'

export interface GitHubOptions extends PublisherTools {
  readonly place: GitHubPlace
  readonly token: string
}

export function gitHubClient({ place, token, ...tools }: GitHubOptions): ForgeClient {
  return new ForgeClient({
    random: random(Date.now(), 'github'),
    ...tools,
    name: 'GitHub',
    apiURL: place.apiURL,
    token,
    sign: secret => ({ authorization: `Bearer ${secret}` }),
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  })
}
