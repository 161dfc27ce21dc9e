import type { MachineEvent } from './machine-event.ts'

/** Events that only grow in number: kept somewhere that outlives this computer, where there is such a place. */
export interface Journal {
  /** In order; of one run, or of all. */
  read(run?: string): Promise<readonly MachineEvent[]>
  /**
   * Adds an event to a run's. Who is overtaken looks again: `decide` has seen all that stands before what it adds.
   *
   * @param decide what to add, given the run's events so far; undefined: nothing
   * @returns what was added
   */
  append(
    run: string,
    decide: (events: readonly MachineEvent[]) => MachineEvent | undefined,
  ): Promise<MachineEvent | undefined>
}

/** A journal that is forgotten with the process: for machines that cost nothing, and for tests. */
export function memoryJournal(): Journal {
  const events: MachineEvent[] = []
  return {
    read: async run => events.filter(event => run === undefined || event.run === run),
    append: async (run, decide) => {
      const event = decide(events.filter(one => one.run === run))
      if (event !== undefined) events.push(event)
      return event
    },
  }
}
