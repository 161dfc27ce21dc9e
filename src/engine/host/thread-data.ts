import type { DeviceLock } from '../device/device-lock.ts'

/** What a worker thread is born with: all of it is shared memory, or a number. */
export interface ThreadData {
  /** 1 while the thread works (see `exit-guard`). */
  readonly busy: Int32Array
  readonly device: DeviceLock
  /** The thread's number as a host, for the lock. */
  readonly host: number
}

export function isThreadData(data: unknown): data is ThreadData {
  if (typeof data !== 'object' || data === null) return false
  return 'busy' in data && data.busy instanceof Int32Array && 'device' in data && data.device instanceof Int32Array
}
