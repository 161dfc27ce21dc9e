import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The interpreter of a virtual environment with exactly these packages, outside the repository; made on the first call.
 *
 * @param name Of the folder below `~/.cache/chestnut/peers`: the first package and its version.
 */
export async function pythonPeer(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(homedir(), '.cache', 'chestnut', 'peers', name)
  const python = join(folder, 'bin', 'python')
  const done = join(folder, 'installed')
  if (existsSync(done)) return python
  console.error(`Installing ${packages.join(', ')} into ${folder}`)
  await mkdir(folder, { recursive: true })
  run('python3', ['-m', 'venv', '--clear', folder])
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
  await writeFile(done, `${packages.join('\n')}\n`)
  return python
}

function run(command: string, words: readonly string[]): void {
  const { status, error } = spawnSync(command, words, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) throw error
  if (status !== 0) throw new Error(`Cannot install a peer: ${command} ended with ${status}`)
}
