import { systemCode } from './errors.ts'

/** Whether a process of this machine runs under this number. Another user's process may not be signalled, but it is there. */
export function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId < 1) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
