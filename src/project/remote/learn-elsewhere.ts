import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../core/index.ts'
import { memoryStore } from '../../store/index.ts'
import { type Checkpoints, storeCheckpoints } from '../../train/index.ts'
import { runStage, type Stage, type StageOutcome, stageKey } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import { type HeadWork, headNeeds } from './head-needs.ts'

/** The part of a training that learns, as a stage of its own: all else of it needs films. */
export const headName = 'head'

/** The stage that a person asks for. */
export function commandOf(stage: string): string {
  return stage === headName ? 'train' : stage
}

/** @param training its key (see `stageKey`) */
export function headStage(training: string): Omit<Stage, 'run'> {
  return { name: headName, version: 1, settings: {}, inputs: { training } }
}

/**
 * Has the head of a training learnt elsewhere, where the workspace says so, from features of films; and takes it over as a checkpoint
 * at the training's end, from where the training goes on here. One that was learnt before is found.
 *
 * @throws Refusal when there are no features to send
 */
export async function learnElsewhere(
  workspace: Workspace,
  work: Omit<HeadWork, 'folder'>,
  checkpoints: Checkpoints,
): Promise<void> {
  const isAnew = workspace.force || workspace.fresh
  const stage = headStage(work.key)
  if (workspace.elsewhere?.stage !== headName) {
    if (isAnew || (await workspace.cache.find(stageKey(workspace, stage))) === undefined) return
  }
  const folder = join(workspace.state, 'leaving', `${work.key.slice(0, 16)}-${process.pid}`)
  try {
    // It is nothing for people: what it is good for comes out of the training.
    const around = { ...workspace, force: isAnew, layOut: async () => '' }
    const outcome = await runStage(around, {
      ...stage,
      run: async () => {
        throw new Problem('Cannot use the head that was trained elsewhere: it is damaged', {
          next: 'chestnut train --fresh',
        })
      },
      needs: () => headNeeds(workspace, { ...work, folder }),
    })
    await takeOver(outcome, work.key, checkpoints)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function takeOver({ record, read }: StageOutcome, key: string, checkpoints: Checkpoints): Promise<void> {
  const store = memoryStore()
  for (const name of Object.keys(record.outputs)) await store.write(name, await read(name))
  const { checkpoint } = await storeCheckpoints({ store, of: key, machine: record.machine.cpu }).latest()
  if (checkpoint?.ended !== true)
    throw new Problem('Cannot take over the head that was trained elsewhere: its training has not ended')
  await checkpoints.save(checkpoint)
}
