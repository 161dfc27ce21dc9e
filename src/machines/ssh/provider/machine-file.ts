import { checkStamp, isJsonObject, Problem } from '../../../core/index.ts'
import type { Marks } from '../../provider.ts'

/** What stands in the folder of a run on a machine that somebody owns. */
export interface SshMachineFile {
  readonly format: 'chestnut.ssh-machine/1'
  readonly name: string
  readonly type: string
  /** Milliseconds since 1970 on the machine's clock. */
  readonly created: number
  readonly marks: Marks
}

/** @throws Problem when it is something else, or was written by a newer Chestnut. */
export function parseSshMachineFile(text: string): SshMachineFile {
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value)) throw new Problem('Cannot read the file of a run: it is no JSON object')
  checkStamp(value['format'], 'ssh-machine', 1)
  const { name, type, created, marks } = value
  if (typeof name !== 'string' || typeof type !== 'string' || typeof created !== 'number' || !isMarks(marks))
    throw new Problem('Cannot read the file of a run: a part of it is missing')
  return { format: 'chestnut.ssh-machine/1', name, type, created, marks }
}

function isMarks(value: unknown): value is Marks {
  if (!isJsonObject(value)) return false
  const { owner, run, deadline, limit } = value
  return (
    typeof owner === 'string' && typeof run === 'string' && typeof deadline === 'number' && typeof limit === 'number'
  )
}
