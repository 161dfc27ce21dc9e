import type { Problem, RunRecord } from '../../core/index.ts'
import type { RunRecords } from './run-records.ts'

export interface RunFilter {
  readonly stage?: string | undefined
  readonly status?: RunRecord['status'] | undefined
  /** The most that are wanted. */
  readonly limit: number
  /** Is told of records that cannot be read. */
  unreadable(problem: Problem): void
}

/** The newest runs that a filter lets through. */
export async function listRuns(
  records: Pick<RunRecords, 'newest'>,
  { stage, status, limit, unreadable }: RunFilter,
): Promise<readonly RunRecord[]> {
  const found: RunRecord[] = []
  if (limit === 0) return found
  for await (const record of records.newest(unreadable)) {
    if (stage !== undefined && record.stage !== stage) continue
    if (status !== undefined && record.status !== status) continue
    found.push(record)
    if (found.length === limit) break
  }
  return found
}
