import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Problem } from '../../core/index.ts'
import type { Machine } from '../provider.ts'
import { machineVariable } from './processes.ts'

export interface StartLocalOptions {
  /** The one that the provider was given. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** As `spawn` takes it. Default: nothing is read or shown. */
  readonly stdio?: 'ignore' | 'pipe'
}

/** The folder of a local machine. */
export function localFolder(folder: string, machine: Machine): string {
  return join(folder, machine.marks.run)
}

/**
 * Starts a program on a local machine, in its folder and in a process group of its own: it lives on when its starter dies, and ends
 * with the machine.
 *
 * @throws Problem when the machine is gone, or there is no such program.
 */
export async function startLocal(
  machine: Machine,
  [program, ...words]: readonly [string, ...string[]],
  { folder, environment, stdio = 'ignore' }: StartLocalOptions,
): Promise<ChildProcess> {
  const child = spawn(program, words, {
    cwd: localFolder(folder, machine),
    detached: true,
    stdio,
    env: { ...process.env, ...environment, [machineVariable]: machine.id },
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => {
      reject(
        new Problem(`Cannot start "${program}" on "${machine.name}": the machine or the program is not there`, {
          cause,
        }),
      )
    })
  })
  return child
}
