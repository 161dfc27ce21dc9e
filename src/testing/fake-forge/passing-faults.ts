import type { Faults } from '../fake-scaleway/faults.ts'
import type { ForgeFault } from './forge-faults.ts'

const kinds: Readonly<Record<string, { readonly when: 'before' | 'after'; readonly fault: ForgeFault }>> = {
  'a 500 before anything was done': { when: 'before', fault: { kind: 'error', status: 500 } },
  'a 502 after it was done': { when: 'after', fault: { kind: 'error', status: 502 } },
  'a connection that is closed before it was done': { when: 'before', fault: { kind: 'drop' } },
  'a connection that is closed after it was done': { when: 'after', fault: { kind: 'drop' } },
  'a secondary limit': { when: 'before', fault: { kind: 'secondary-limit', seconds: 60 } },
  'a primary limit': { when: 'before', fault: { kind: 'primary-limit', seconds: 120 } },
  'too many requests': { when: 'before', fault: { kind: 'too-many-requests', seconds: 30 } },
}

/**
 * What a caller gets over, by name: each strikes once, at the next call of those that write.
 *
 * @param writes names of the calls that write
 */
export function passingFaults(
  set: (faults: Faults<ForgeFault> | undefined) => void,
  writes: readonly string[],
): Readonly<Record<string, () => void>> {
  const strikes = Object.entries(kinds).map(([name, { when, fault }]) => {
    const begin = (): void => {
      let struck = false
      set(point => {
        if (struck || point.when !== when || !writes.includes(point.call)) return undefined
        struck = true
        return fault
      })
    }
    return [name, begin] as const
  })
  return Object.fromEntries(strikes)
}
