import { exitCodes, Problem, systemCode } from '../core/index.ts'
import { paint } from './output.ts'

/** Prints what went wrong as a sentence. @returns the exit code */
export function reportFailure(error: unknown): number {
  if (error instanceof Problem) {
    process.stderr.write(`${paint('red', 'error')} ${printable(error.message)}\n`)
    if (error.next !== undefined) process.stderr.write(`${paint('dim', 'next:')} ${printable(typeable(error.next))}\n`)
    return error.exitCode
  }
  const sentence = systemSentence(error)
  if (sentence !== undefined) {
    process.stderr.write(`${paint('red', 'error')} ${printable(sentence)}\n`)
    return exitCodes.failed
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${paint('red', 'defect')} This is a defect of Chestnut, please report it:\n${text}\n`)
  return exitCodes.failed
}

const sentences: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full, wanted some free space',
  EDQUOT: 'the disk quota is used up, wanted some free space',
  EROFS: 'the file system is read-only, wanted another folder as "store" and "output" in the configuration',
  EACCES: 'permission is denied, wanted another folder or another owner',
  EPERM: 'permission is denied, wanted another folder or another owner',
  ENOTDIR: 'a file stands where a folder was wanted',
  EISDIR: 'a folder stands where a file was wanted',
  EIO: 'the disk failed',
  EMFILE: 'too many files are open, wanted a higher limit: ulimit -n',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'there is no memory left',
}

/** Errors of the system that a person can mend, said as such. */
function systemSentence(error: unknown): string | undefined {
  const code = systemCode(error)
  const sentence = code === undefined ? undefined : sentences[code]
  if (sentence === undefined || !(error instanceof Error)) return undefined
  if (!('path' in error) || typeof error.path !== 'string') return `Cannot go on: ${sentence}`
  return `Cannot use "${error.path}": ${sentence}`
}

/** Sentences quote what files hold: control characters in them must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, character => (character === '\n' ? character : '\ufffd'))
}

/** Commands as they can be typed in a clone and in a project alike: the package need not be installed for all users. */
function typeable(next: string): string {
  return next.replaceAll(/(^|, (?:or|then) )chestnut /g, '$1npx chestnut ')
}
