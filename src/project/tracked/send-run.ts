import { type Clock, Interrupted, Misuse, Problem, type Progress, type RunRecord } from '../../core/index.ts'
import type { SentRun } from '../../tracking/index.ts'
import type { Config } from '../config.ts'
import { openRun, type RunPlaces } from '../runs/open-run.ts'
import { openTracker } from './open-tracker.ts'
import { trackedRun, trainingOfRun } from './tracked-run.ts'

export interface Sending extends RunPlaces {
  readonly config: Pick<Config, 'name' | 'tracking'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface Sent extends SentRun {
  /** The training that was sent. */
  readonly run: string
}

/**
 * Sends the training that a run belongs to, with all that is known of its model.
 *
 * @param reference a run or a model, as for `openRun`
 * @throws Problem when the server is not there or refuses, Misuse when the configuration names none
 */
export async function sendRun(sending: Sending, reference: string): Promise<Sent> {
  return await send(sending, (await openRun(sending, reference)).record)
}

async function send(sending: Sending, record: RunRecord): Promise<Sent> {
  const { config, clock, signal } = sending
  const { tracking } = config
  if (tracking === undefined) {
    throw new Misuse('Cannot send a run: the configuration names no server', {
      next: "tracking: mlflow({ uri: 'http://127.0.0.1:5000' }) in chestnut.config.ts",
    })
  }
  const training = await trainingOfRun(sending, record)
  const sent = await openTracker(tracking, clock).send(
    tracking.experiment ?? config.name,
    await trackedRun(sending, training),
    signal.aborted ? {} : { signal },
  )
  return { run: training.id, ...sent }
}

/** Stages of which a tracking server is told. */
const tracked: readonly string[] = ['train', 'evaluate', 'publish']

/**
 * Tells the tracking server of a run that was kept, where the configuration names one. The run is none the worse if that fails: a
 * warning says how to send it later.
 */
export async function track(sending: Sending & { readonly progress: Progress }, record: RunRecord): Promise<void> {
  if (sending.config.tracking === undefined || !tracked.includes(record.stage)) return
  // A failed evaluation is none of the training's.
  if (record.stage !== 'train' && record.status !== 'done') return
  try {
    const { where, notes } = await send(sending, record)
    sending.progress({ kind: 'note', text: `sent to ${where}` })
    for (const text of notes) sending.progress({ kind: 'warning', text: `${sending.config.tracking.uri}: ${text}` })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const why = error instanceof Interrupted ? 'Stopped while the run was being sent' : error.message
    sending.progress({
      kind: 'warning',
      text: `${why}. The run is kept; to send it later: npx chestnut runs send ${record.id}`,
    })
  }
}
