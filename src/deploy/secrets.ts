import { Misuse } from '../core/index.ts'
import type { Layout } from './layout.ts'
import { writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'

/** The file from which a server gets its secrets; its owner alone may read it. */
export function secretsFile(places: Layout): string {
  return `${places.secrets}/environment`
}

/** Writes secrets by name where a server finds them in its environment. They travel as input of a command: no process list shows them. */
export async function writeSecrets(
  shell: Shell,
  places: Layout,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${quoted(name, value)}\n`)
  await writeRemote(shell, secretsFile(places), lines.join(''), { secret: true })
}

/** In the one way of quoting that systemd and the shell read alike. */
function quoted(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Misuse(`Cannot use "${name}" as the name of a secret: wanted letters, digits and "_"`)
  }
  if (/[\0\r\n]/.test(value)) throw new Misuse(`Cannot use the secret "${name}": wanted one line`)
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`
}
