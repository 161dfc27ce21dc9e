import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem, type RunRecord, throwIfAborted } from '../../core/index.ts'
import { LinkLost, type Shell } from '../../machines/index.ts'
import { blobKey, blobs, isS3, type S3Store, type Store } from '../../store/index.ts'
import type { Workspace } from '../workspace.ts'
import { linkLife } from './cargo.ts'
import { jobStore, parseStageOutput, resultName } from './stage-result.ts'

/** The outputs are on the machine still, and may be brought again. */
export class NotBrought extends Problem {
  override readonly name: string = 'NotBrought'
}

export interface Collected {
  readonly record: RunRecord
  /** Of the outputs that were not in the store yet. */
  readonly bytes: number
}

/**
 * Brings the outputs of a job that ended well into the store, by digest; may be done again after it was cut. A machine puts them into
 * a bucket itself, by links that only its standard input sees.
 *
 * @param folder of the job on the machine
 * @param chestnut the words that run Chestnut there
 */
export async function collect(
  workspace: Workspace,
  shell: Shell,
  folder: string,
  chestnut: readonly string[],
): Promise<Collected> {
  const { store, signal } = workspace
  const answer = await shell.run(['cat', `${folder}/${resultName}`], { signal })
  if (answer.status !== 0) throw new Problem('Cannot get the result of the stage: the machine has none')
  const { record, sizes } = parseStageOutput(answer.lines.join('\n'))
  try {
    const missing = await missingOf(store, record)
    if (isS3(store)) await byLinksIfItCan(workspace, () => byLinks(store, shell, folder, chestnut, missing, signal))
    for (const digest of await missingOf(store, record)) await overShell(workspace, shell, folder, digest)
    return { record, bytes: missing.reduce((sum, digest) => sum + (sizes[digest] ?? 0), 0) }
  } catch (error) {
    throwIfAborted(signal)
    if (!(error instanceof Problem) || error instanceof LinkLost) throw error
    throw new NotBrought(`Cannot bring the outputs into the store: ${error.message}`, { cause: error })
  }
}

async function missingOf(store: Store, { outputs }: RunRecord): Promise<readonly string[]> {
  const kept = blobs(store)
  const missing: string[] = []
  for (const digest of new Set(Object.values(outputs))) if (!(await kept.has(digest))) missing.push(digest)
  return missing
}

/** A bucket that this computer reaches, and the machine does not, gets them by way of this computer. */
async function byLinksIfItCan({ signal, progress }: Workspace, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throwIfAborted(signal)
    if (!(error instanceof Problem) || error instanceof LinkLost) throw error
    progress({ kind: 'warning', text: `${error.message}; it goes through this computer` })
  }
}

async function byLinks(
  store: S3Store,
  shell: Shell,
  folder: string,
  chestnut: readonly string[],
  digests: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (digests.length === 0) return
  const links: Record<string, string> = {}
  for (const digest of digests) links[digest] = await store.link(blobKey(digest), { method: 'put', expires: linkLife })
  const input = JSON.stringify({ format: 'chestnut.output-links/1', links })
  const { status, errors } = await shell.run([...chestnut, 'send-outputs', `${folder}/${jobStore}`], {
    input,
    signal,
    timeout: linkLife * 1000,
  })
  if (status !== 0)
    throw new Problem(`The machine cannot send its outputs: ${errors.at(-1) ?? `it ended with ${status}`}`)
}

async function overShell(
  { state, store, signal }: Workspace,
  shell: Shell,
  folder: string,
  digest: string,
): Promise<void> {
  const here = join(state, 'rented', `${digest}.${process.pid}.output`)
  try {
    await shell.download(`${folder}/${jobStore}/${blobKey(digest)}`, here, { signal, timeout: 120_000 })
    const found = await blobs(store).put(await readFile(here))
    if (found !== digest) throw new Problem(`Cannot use the output "${digest}": other bytes arrived`)
  } finally {
    await rm(here, { force: true })
  }
}
