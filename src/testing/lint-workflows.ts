import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { need } from './needs.ts'

const peers = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'chestnut', 'peers')
const actionlint = join(peers, 'actionlint-1.7.12', 'bin', 'actionlint')
const checkJsonSchema = join(peers, 'check-jsonschema-0.39.0', 'bin', 'check-jsonschema')

/** For `skip`: why GitHub's rules of workflows cannot be held against them here. */
export function needActionlint(): string | false {
  return need({ path: actionlint, install: 'sh scripts/peers/actionlint.sh (needs Go)' })
}

/** What actionlint, which knows the rules of GitHub, has to say about a workflow; nothing when all is well. */
export function runActionlint(path: string): string {
  return lines(actionlint, ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', path])
}

/** For `skip`: why GitLab's schema cannot be held against a pipeline here. */
export function needGitLabSchema(): string | false {
  return need({ path: checkJsonSchema, install: 'sh scripts/peers/check-jsonschema.sh (needs Python)' })
}

/** What GitLab's own schema has to say about a pipeline; nothing when all is well. */
export function runGitLabSchema(path: string): string {
  return lines(checkJsonSchema, ['--builtin-schema', 'vendor.gitlab-ci', path])
}

function lines(program: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (error !== undefined) throw error
  return status === 0 ? '' : `${stdout}${stderr}`.trim()
}
