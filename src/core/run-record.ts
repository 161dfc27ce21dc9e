import { Problem } from './errors.ts'
import { checkStamp } from './format-stamp.ts'
import { isJsonObject, type JsonObject, numbersFromJson, textsFromJson } from './plain-data.ts'

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
  /** Digest of architecture, name and instructions: clouds give many processors one name. Absent in records of earlier versions. */
  readonly processor?: string
  /** Version of Node. */
  readonly node: string
  /** Version of Chestnut. */
  readonly chestnut: string
  /** Of a rented machine: its provider and the provider's own name of its kind, such as "scaleway L4-1-24G". */
  readonly rented?: string
}

/**
 * A record that was read from a file.
 *
 * @throws Problem when it is no run record, or one of a newer Chestnut.
 */
export function parseRunRecord(value: unknown): RunRecord {
  if (!isJsonObject(value)) throw new Problem('Cannot read a run record: it is no JSON object')
  checkStamp(value['format'], 'run', 1)
  const { commit, cost, error } = value
  return {
    format: 'chestnut.run/1',
    id: text(value, 'id'),
    stage: text(value, 'stage'),
    status: statuses.find(status => status === value['status']) ?? refuse('status'),
    started: text(value, 'started'),
    ended: text(value, 'ended'),
    seed: number(value, 'seed'),
    config: text(value, 'config'),
    ...(commit === undefined ? {} : { commit: text(value, 'commit') }),
    machine: machineFrom(value['machine']),
    ...(cost === undefined ? {} : { cost: costFrom(cost) }),
    inputs: textsFromJson(value['inputs']) ?? refuse('inputs'),
    outputs: textsFromJson(value['outputs']) ?? refuse('outputs'),
    metrics: numbersFromJson(value['metrics']) ?? refuse('metrics'),
    ...(error === undefined ? {} : { error: text(value, 'error') }),
  }
}

const statuses = ['done', 'failed', 'interrupted'] as const

function machineFrom(value: unknown): Machine {
  if (!isJsonObject(value)) return refuse('machine')
  return {
    os: text(value, 'os'),
    arch: text(value, 'arch'),
    cpu: text(value, 'cpu'),
    cores: number(value, 'cores'),
    ...(value['processor'] === undefined ? {} : { processor: text(value, 'processor') }),
    node: text(value, 'node'),
    chestnut: text(value, 'chestnut'),
    ...(value['rented'] === undefined ? {} : { rented: text(value, 'rented') }),
  }
}

function costFrom(value: unknown): NonNullable<RunRecord['cost']> {
  return isJsonObject(value) ? { amount: number(value, 'amount'), currency: text(value, 'currency') } : refuse('cost')
}

function text(from: JsonObject, name: string): string {
  const member = from[name]
  return typeof member === 'string' ? member : refuse(name)
}

function number(from: JsonObject, name: string): number {
  const member = from[name]
  return typeof member === 'number' ? member : refuse(name)
}

function refuse(name: string): never {
  throw new Problem(`Cannot read a run record: its "${name}" is missing or not as it should be`)
}
