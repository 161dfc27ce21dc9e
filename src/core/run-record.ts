import { Problem } from './errors.ts'
import { checkStamp } from './format-stamp.ts'

/**
 * What ran, on which inputs, with which outcome: one format for cache, ledger and tracking, for success and failure alike.
 * Holds no names, no paths and no file names.
 */
export interface RunRecord {
  readonly format: 'chestnut.run/1'
  /** Sorts by time. A key of a store takes it. */
  readonly id: string
  readonly stage: string
  readonly status: 'done' | 'failed' | 'interrupted'
  /** ISO 8601, UTC. */
  readonly started: string
  readonly ended: string
  readonly seed: number
  /** Digest of the part of the configuration that decides the result. */
  readonly config: string
  /** Of the project's own repository. */
  readonly commit?: string
  readonly machine: Machine
  /** Of rented machines. */
  readonly cost?: { readonly amount: number; readonly currency: string }
  /** SHA-256 by name. */
  readonly inputs: Readonly<Record<string, string>>
  /** SHA-256 by name. */
  readonly outputs: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  /** The kind of error, without a name of a file in it. */
  readonly error?: string
}

/** What results and times depend on, and not whose machine it is. */
export interface Machine {
  readonly os: string
  readonly arch: string
  readonly cpu: string
  readonly cores: number
  /** Version of Node. */
  readonly node: string
  /** Version of Chestnut. */
  readonly chestnut: string
}

const texts = ['id', 'stage', 'started', 'ended', 'config'] as const
const statuses: readonly unknown[] = ['done', 'failed', 'interrupted']

/**
 * A record that was read from a file.
 *
 * @throws Problem when it is no run record, or one of a newer Chestnut.
 */
export function parseRunRecord(value: unknown): RunRecord {
  if (!isRecord(value)) throw new Problem('Cannot read a run record: it is no JSON object')
  checkStamp(value['format'], 'run', 1)
  const wrong = wrongMember(value)
  if (wrong !== undefined)
    throw new Problem(`Cannot read a run record: its "${wrong}" is missing or not as it should be`)
  // Every member that the type promises was looked at above.
  return value as unknown as RunRecord
}

function wrongMember(value: Readonly<Record<string, unknown>>): string | undefined {
  const text = texts.find(name => typeof value[name] !== 'string')
  if (text !== undefined) return text
  if (!statuses.includes(value['status'])) return 'status'
  if (typeof value['seed'] !== 'number') return 'seed'
  if (!isRecord(value['machine'])) return 'machine'
  if (!isRecordOf(value['inputs'], 'string')) return 'inputs'
  if (!isRecordOf(value['outputs'], 'string')) return 'outputs'
  // JSON writes NaN as null, and a metric may be that.
  return isRecord(value['metrics']) ? undefined : 'metrics'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRecordOf(value: unknown, type: 'string' | 'number'): boolean {
  return isRecord(value) && Object.values(value).every(member => typeof member === type)
}
