import { Problem, type RunRecord, sha256 } from '../../core/index.ts'
import { openModel } from '../open-model.ts'
import type { Workspace } from '../workspace.ts'

/** A model with the run that made it. */
export interface TrainedRun {
  /** `pneumonia@3`, or the name of its file. */
  readonly model: string
  readonly bytes: Uint8Array
  readonly digest: string
  readonly record: RunRecord
}

/** The training that made a model: the registry names it, or its record has the digest of the file. */
export async function trainedRun(workspace: Workspace, reference: string | undefined): Promise<TrainedRun> {
  const { bytes, reference: found } = await openModel(workspace, reference)
  const model = found === 'file' ? (reference ?? found) : found
  const digest = sha256(bytes)
  const record = await recordOf(workspace, digest)
  if (record === undefined) {
    throw new Problem(`Cannot reproduce "${model}": no run of ${workspace.store.name} made it`, {
      next: 'chestnut runs list --stage train',
    })
  }
  if (record.stage !== 'train') {
    throw new Problem(`Cannot reproduce "${model}": it comes from the stage "${record.stage}", a training was wanted`, {
      next: 'chestnut runs list --stage train',
    })
  }
  return { model, bytes, digest, record }
}

/** The newest run with this output: the same bytes may have been made more than once. */
async function recordOf({ records, progress }: Workspace, digest: string): Promise<RunRecord | undefined> {
  const unreadable = ({ message }: Problem): void => progress({ kind: 'warning', text: message })
  for await (const record of records.newest(unreadable)) {
    const isMaker = record.stage === 'train' || record.stage === 'import'
    if (isMaker && Object.values(record.outputs).includes(digest)) return record
  }
  return undefined
}
