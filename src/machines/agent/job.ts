import { checkStamp, isJsonObject, type JsonObject, Problem } from '../../core/index.ts'

/**
 * What an agent does on a machine. Times are milliseconds since 1970 on the provider's clock. The lease of the machine is another
 * thing: it is short, and moved on by whoever hears the heartbeat.
 */
export interface Job {
  readonly format: 'chestnut.job/1'
  /** 12 hexadecimal digits. */
  readonly run: string
  readonly words: readonly string[]
  /** Where it works: an absolute path. */
  readonly folder: string
  /** Names of the variables that it sees, besides the system's own. Their values are in no file. */
  readonly environment: readonly string[]
  /** When this was written: how far the machine's clock is off. */
  readonly now: number
  /** When it is ended. It can be moved, see `moveDeadline`. */
  readonly deadline: number
  /** What its deadline never goes beyond. */
  readonly limit: number
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number
  /** Milliseconds between being asked to end and being killed. */
  readonly grace: number
  /** Where heartbeats are sent besides their file: an address below which a key of user data is written. Needs root. */
  readonly userData?: string
}

/** @throws Problem when it is no job, or one of a newer Chestnut. */
export function parseJob(value: unknown): Job {
  if (!isJsonObject(value)) throw new Problem('Cannot read a job: it is no JSON object')
  checkStamp(value['format'], 'job', 1)
  const userData = value['userData']
  if (userData !== undefined && typeof userData !== 'string') refuse('userData')
  const words = texts(value, 'words')
  if (words.length === 0) refuse('words')
  return {
    format: 'chestnut.job/1',
    run: text(value, 'run'),
    words,
    folder: text(value, 'folder'),
    environment: texts(value, 'environment'),
    now: time(value, 'now'),
    deadline: time(value, 'deadline'),
    limit: time(value, 'limit'),
    heartbeat: time(value, 'heartbeat'),
    grace: time(value, 'grace'),
    ...(userData === undefined ? {} : { userData }),
  }
}

/** @throws Problem when it is no moved deadline, or one of a newer Chestnut. */
export function parseDeadline(value: unknown): number {
  if (!isJsonObject(value)) throw new Problem('Cannot read a deadline: it is no JSON object')
  checkStamp(value['format'], 'job-deadline', 1)
  return time(value, 'deadline')
}

function text(value: JsonObject, name: string): string {
  const member = value[name]
  return typeof member === 'string' && member !== '' ? member : refuse(name)
}

function texts(value: JsonObject, name: string): readonly string[] {
  const member: unknown = value[name]
  if (!Array.isArray(member)) return refuse(name)
  return member.map((one: unknown) => (typeof one === 'string' ? one : refuse(name)))
}

function time(value: JsonObject, name: string): number {
  const member = value[name]
  return typeof member === 'number' && Number.isFinite(member) && member >= 0 ? member : refuse(name)
}

function refuse(name: string): never {
  throw new Problem(`Cannot read a job: "${name}" is missing or not what was wanted`)
}
