import { Problem } from '../../core/index.ts'
import type { Shell } from '../../machines/index.ts'
import type { Workspace } from '../workspace.ts'
import { bringProgram, programFor } from './program.ts'

/**
 * Brings Chestnut with its Node to a machine, unless it is there, where every user of the machine may run it.
 *
 * @param folder of all versions there
 * @returns the words that run it: its Node, and its command line
 */
export async function installProgram(workspace: Workspace, shell: Shell, folder: string): Promise<readonly string[]> {
  const { signal } = workspace
  const place = await bringProgram(workspace, shell, await programFor(workspace), folder)
  const { status, errors } = await shell.run(['chmod', '-R', 'go+rX', folder], { signal })
  if (status !== 0) throw new Problem(`Cannot install Chestnut on "${shell.address.host}": ${errors.join(' ')}`)
  return [`${place}/bin/node`, `${place}/node_modules/chestnut/dist/src/cli/main.js`]
}
