import { join } from 'node:path'
import type { Machine } from '../provider.ts'

/** The folder of a local machine, in that of the provider. */
export function localFolder(folder: string, machine: Machine): string {
  return join(folder, machine.marks.run)
}
