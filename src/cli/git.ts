import { execFileSync } from 'node:child_process'

/** How far back a result is looked for. */
const mostCommits = 1000

/** The commit that a folder stands at; undefined outside a checkout. */
export function commitOf(folder: string): string | undefined {
  return git(folder, ['rev-parse', '--verify', 'HEAD'])?.[0]
}

/**
 * The commits that a reference leads back to, the newest first; undefined where this checkout knows no such reference. A branch that is
 * nowhere but at `origin`, as in a runner's checkout, is the one there.
 */
export function commitsOf(folder: string, reference: string): readonly string[] | undefined {
  // A word that begins with a hyphen would be an option of git.
  if (reference.startsWith('-')) return undefined
  const commitAt = (name: string) => git(folder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])?.[0]
  const at = commitAt(reference) ?? commitAt(`refs/remotes/origin/${reference}`)
  return at === undefined ? undefined : git(folder, ['rev-list', `--max-count=${mostCommits}`, at])
}

function git(folder: string, words: readonly string[]): readonly string[] | undefined {
  try {
    const text = execFileSync('git', words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    return text.split('\n').filter(line => line !== '')
  } catch {
    return undefined // no git, no checkout, or no such reference
  }
}
