import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../core/index.ts'

export interface Need {
  /** A file or folder that must be there. */
  readonly path?: string
  /** A program that must be found on the PATH. */
  readonly command?: string
  /** To be the user root. */
  readonly root?: boolean
  /** What a person types, or does, to get it. */
  readonly install: string
}

/**
 * For `test(title, { skip: need({ … }) }, …)`: false when the thing is there, else the reason for skipping.
 * With `CI=true` a missing thing is an error, since a skip would hide it.
 */
export function need(wanted: Need): string | false {
  const missing = [
    wanted.path !== undefined && !existsSync(wanted.path) ? `"${wanted.path}"` : undefined,
    wanted.command !== undefined && !onPath(wanted.command) ? `the program "${wanted.command}"` : undefined,
    wanted.root === true && process.getuid?.() !== 0 ? 'to run as root' : undefined,
  ].filter(name => name !== undefined)
  if (missing.length === 0) return false
  const reason = `needs ${missing.join(' and ')}: ${wanted.install}`
  if (process.env['CI'] === 'true') throw new Error(`Cannot skip a test in CI: it ${reason}`)
  return reason
}

/** A path below the folder of shared test data, which stands beside the repository. */
export function sharedData(...path: readonly string[]): string {
  return join(packageRoot(), '..', 'shared', 'data', ...path)
}

/** `need` for a path below the shared test data. */
export function needData(...path: readonly string[]): string | false {
  return need({ path: sharedData(...path), install: 'put the shared data folder beside the repository' })
}

function onPath(command: string): boolean {
  return spawnSync('which', [command], { stdio: 'ignore' }).status === 0
}
