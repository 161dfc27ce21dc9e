import type { Shell, ShellOptions } from '../shell.ts'

/** What a machine can get itself. Both are secrets: no file and no process list shows them. */
export interface Source {
  readonly url: string
  /** The header that goes along. */
  readonly authorization?: string | undefined
}

/**
 * Has a machine get a file by itself. They are read, not words: words stand in the process list. Another hour is a bound, not a wait.
 *
 * @returns whether it could
 */
export async function fetchThere(
  shell: Shell,
  { url, authorization }: Source,
  file: string,
  { signal }: ShellOptions,
): Promise<boolean> {
  const script = 'command -v curl > /dev/null && curl --config - --fail --silent --location --retry 3 --output "$1"'
  const bounds = signal === undefined ? {} : { signal }
  const header = authorization === undefined ? '' : `header = "Authorization: ${authorization}"\n`
  const input = `url = "${url}"\n${header}`
  const { status } = await shell.run(['sh', '-c', script, 'sh', file], { ...bounds, timeout: 3600_000, input })
  return status === 0
}
