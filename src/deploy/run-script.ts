import { Problem } from '../core/index.ts'
import type { Answer, RunOptions } from '../machines/index.ts'
import type { Shell } from './shell.ts'

/** Runs a POSIX script on the machine; `words` are its `$1`, `$2` and so on. @throws Problem when it ends with another status than 0 */
export async function runScript(
  shell: Shell,
  what: string,
  script: string,
  words: readonly string[] = [],
  options: RunOptions = {},
): Promise<readonly string[]> {
  return (await checked(what, shell.run(['sh', '-c', `set -eu\n${script}`, 'chestnut', ...words], options))).lines
}

/** The same for a question that is answered with yes (status 0) or no (1). */
export async function askScript(
  shell: Shell,
  what: string,
  script: string,
  words: readonly string[] = [],
): Promise<boolean> {
  const ended = await shell.run(['sh', '-c', `set -u\n${script}`, 'chestnut', ...words])
  if (ended.status > 1) await checked(what, Promise.resolve(ended))
  return ended.status === 0
}

async function checked(what: string, ending: Promise<Answer>): Promise<Answer> {
  const ended = await ending
  if (ended.status === 0) return ended
  const said = ended.errors.at(-1) ?? ended.lines.at(-1) ?? ''
  throw new Problem(`Cannot ${what}: the command ended with ${ended.status}${said === '' ? '' : `: ${said}`}`)
}

/** Writes a text there, whole or not at all, readable by its owner alone if it is `secret`. */
export async function writeRemote(
  shell: Shell,
  path: string,
  text: string,
  options: { readonly secret?: boolean } = {},
): Promise<void> {
  const script = `umask ${options.secret === true ? '077' : '022'}; rm -f "$1.partial"; cat > "$1.partial"; mv -f "$1.partial" "$1"`
  await runScript(shell, `write "${path}"`, script, [path], { input: text })
}

/** The text of a file there; undefined where there is none. */
export async function readRemote(shell: Shell, path: string): Promise<string | undefined> {
  const script = 'if [ -e "$1" ]; then echo there; cat "$1"; fi'
  const [there, ...lines] = await runScript(shell, `read "${path}"`, script, [path])
  return there === undefined ? undefined : lines.join('\n')
}
