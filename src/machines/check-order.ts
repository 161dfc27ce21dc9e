import { Misuse } from '../core/index.ts'
import { checkRun, machineName } from './names.ts'
import type { Order } from './provider.ts'

/** What every provider looks at before it makes anything. @returns the machine's name @throws Misuse */
export function checkOrder({ stage, marks }: Order): string {
  checkRun(marks.run)
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(marks.owner))
    throw new Misuse(`Cannot rent for "${marks.owner}": wanted an owner of small letters, digits and hyphens`)
  if (!Number.isSafeInteger(marks.deadline) || !Number.isSafeInteger(marks.limit) || marks.deadline > marks.limit) {
    throw new Misuse(
      `Cannot rent until ${marks.deadline}: wanted whole milliseconds since 1970, not beyond the limit ${marks.limit}`,
    )
  }
  return machineName(stage, marks.run)
}
