import { type RunRecord, systemClock } from '../../core/index.ts'
import { diffRuns, listRuns, openRun, sendRun } from '../../project/index.ts'
import { paint } from '../output.ts'
import type { CommonOptions } from '../session.ts'
import { withKept } from '../with-kept.ts'
import { diffLines, listLines, showLines } from './run-lines.ts'

export interface ListFlags extends CommonOptions {
  readonly stage?: string
  readonly status?: RunRecord['status']
  readonly limit: number
}

/** The newest runs, a line each. */
export async function list({ stage, status, limit, ...options }: ListFlags): Promise<void> {
  await withKept(options, async ({ places, out }) => {
    const unreadable = ({ message }: Error): void => out.warn(message)
    // One more than is shown says whether there are others.
    const found = await listRuns(places.records, { stage, status, limit: limit + 1, unreadable })
    const shown = found.slice(0, limit)
    out.record(shown)
    if (shown.length === 0) {
      const wanted = [stage, status].filter(word => word !== undefined).join(', ')
      out.say(wanted === '' ? 'Nothing has run yet.' : `No run is ${wanted}.`)
      return
    }
    for (const line of listLines(shown)) out.say(line)
    if (found.length > limit) out.say(paint('dim', `older ones: --limit ${limit * 2}`, process.stdout))
  })
}

/** All that is known of one run. */
export async function show(reference: string, options: CommonOptions): Promise<void> {
  await withKept(options, async ({ places, out }) => {
    const run = await openRun(places, reference)
    out.record({ ...run.record, ...(run.settings && { settings: run.settings }) })
    for (const line of showLines(run)) out.say(line)
  })
}

/** What tells two runs apart. */
export async function diff(first: string, second: string, options: CommonOptions): Promise<void> {
  await withKept(options, async ({ places, out }) => {
    const found = diffRuns(await openRun(places, first), await openRun(places, second))
    out.record(found)
    for (const line of diffLines(found)) out.say(line)
  })
}

/** Tells the tracking server of runs, now. */
export async function send(references: readonly string[], options: CommonOptions): Promise<void> {
  await withKept(options, async ({ places, out, config, signal }) => {
    const sent = []
    for (const reference of references) {
      const one = await sendRun({ ...places, config, clock: systemClock, signal }, reference)
      out.say(`sent ${one.run} to ${one.where}`)
      for (const note of one.notes) out.warn(note)
      sent.push(one)
    }
    out.record(sent)
  })
}
