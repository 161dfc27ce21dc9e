import { Problem } from '../../core/index.ts'
import type { Answer, Shell, ShellOptions } from '../shell.ts'

/** Writes a small text on a machine, whole or not at all, with the folders above it. Only its owner may read it. */
export async function writeRemote(shell: Shell, path: string, text: string, options: ShellOptions = {}): Promise<void> {
  const script = 'umask 077 && mkdir -p "$(dirname "$1")" && cat > "$1.$$.part" && mv -f "$1.$$.part" "$1"'
  const answer = await shell.run(['sh', '-c', script, 'sh', path], { ...options, input: text })
  demandSuccess(answer, `Cannot write "${path}" on "${shell.address.host}"`)
}

/** @throws Problem with what the command said when it did not succeed. */
export function demandSuccess({ status, errors }: Answer, what: string): void {
  if (status !== 0) throw new Problem(`${what}: ${errors.join(' ').trim() || `it ended with status ${status}`}`)
}
