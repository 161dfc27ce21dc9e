import { exitCodes, Problem, systemCode } from '../core/index.ts'
import { paint } from './output.ts'

/** Prints what went wrong as a sentence. @returns the exit code */
export function reportFailure(error: unknown): number {
  if (error instanceof Problem) {
    process.stderr.write(`${paint('red', 'error')} ${error.message}\n`)
    if (error.next !== undefined) process.stderr.write(`${paint('dim', 'next:')} ${error.next}\n`)
    return error.exitCode
  }
  const sentence = systemSentence(error)
  if (sentence !== undefined) {
    process.stderr.write(`${paint('red', 'error')} ${sentence}\n`)
    return exitCodes.failed
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${paint('red', 'defect')} This is a defect of Chestnut, please report it:\n${text}\n`)
  return exitCodes.failed
}

const sentences: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and run the same command again, nothing was half-written',
  EROFS: 'the file system is read-only: choose another folder with "store" and "output" in the configuration',
  EACCES: 'permission is denied: choose another folder or change its owner',
  EDQUOT: 'the disk quota is used up: free some space and run the same command again',
  ENOTDIR: 'a file stands where a folder was wanted',
  EMFILE: 'too many files are open: raise the limit with "ulimit -n"',
}

/** Errors of the system that a person can mend, said as such. */
function systemSentence(error: unknown): string | undefined {
  const code = systemCode(error)
  const sentence = code === undefined ? undefined : sentences[code]
  if (sentence === undefined || !(error instanceof Error)) return undefined
  const path = 'path' in error && typeof error.path === 'string' ? ` "${error.path}"` : ''
  return `Cannot write${path}: ${sentence}`
}
