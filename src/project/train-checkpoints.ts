import { join } from 'node:path'
import { Problem } from '../core/index.ts'
import { defaultThreads } from '../engine/index.ts'
import { fileStore } from '../store/index.ts'
import { type Checkpoints, storeCheckpoints } from '../train/index.ts'
import { machineFacts } from './machine-facts.ts'
import type { Workspace } from './workspace.ts'

/** Milliseconds, two weeks: who has not gone on with a training by then will not, and its checkpoints may take a gigabyte. */
const abandoned = 14 * 24 * 3600_000

/**
 * Checkpoints of one training, in the project's own folder.
 *
 * @param key of the stage that trains (see `stageKey`)
 */
export async function trainCheckpoints(
  { config, state, clock, fresh }: Pick<Workspace, 'config' | 'state' | 'clock' | 'fresh'>,
  key: string,
): Promise<Checkpoints> {
  const store = fileStore(join(state, 'checkpoints'))
  for await (const entry of store.list('')) {
    if (clock.now() - entry.changed.getTime() > abandoned) await store.remove(entry.key)
  }
  const threads = config.threads ?? defaultThreads()
  const machine = `${machineFacts().cpu} (${config.device}, ${threads} threads)`
  const checkpoints = storeCheckpoints({ store, of: key, machine })
  if (fresh) await checkpoints.clear()
  return checkpoints
}

/** Removes the checkpoints of a training whose result is kept. That they are still there is no reason to fail. */
export async function dropCheckpoints(
  { progress }: Pick<Workspace, 'progress'>,
  checkpoints: Checkpoints,
): Promise<void> {
  try {
    await checkpoints.clear()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    progress({ kind: 'warning', text: error.message })
  }
}
