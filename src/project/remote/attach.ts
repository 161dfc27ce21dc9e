import { Misuse, type RunRecord } from '../../core/index.ts'
import { ledgerOf } from '../../machines/index.ts'
import type { Machines } from '../machines.ts'
import { track } from '../tracked/send-run.ts'
import type { Workspace } from '../workspace.ts'
import { type RemoteRun, remoteRuns } from './find-run.ts'
import { finishJob } from './run-elsewhere.ts'

/** The runs that have a machine now, or may have one. */
export async function openRuns(
  { store }: Pick<Workspace, 'store'>,
  { journal }: Machines,
): Promise<readonly RemoteRun[]> {
  const runs = await remoteRuns(store)
  const open: RemoteRun[] = []
  for (const one of runs) if (ledgerOf(await journal.read(one.run))[0]?.open !== undefined) open.push(one)
  return open
}

/**
 * Goes on with a run that somebody left: shows what its job says, brings its outputs into the store and gives the machine back.
 *
 * @param wanted the run; default: the only one
 * @throws Misuse when there is none, or it is not clear which
 */
export async function attach(workspace: Workspace, machines: Machines, wanted?: string): Promise<RunRecord> {
  const open = await openRuns(workspace, machines)
  const found = wanted === undefined ? open : open.filter(({ run }) => run === wanted)
  const [one, ...others] = found
  if (one === undefined)
    throw new Misuse(`Cannot attach${wanted === undefined ? '' : ` to "${wanted}"`}: no such run is under way`, {
      next: 'chestnut machines list',
    })
  if (others.length > 0)
    throw new Misuse(
      `Cannot attach: ${found.length} runs are under way, ${found.map(({ run }) => `"${run}"`).join(', ')}`,
      {
        next: `chestnut attach ${one.run}`,
      },
    )
  const record = await finishJob(workspace, { machines, on: one.on }, one)
  await track(workspace, record)
  return record
}
