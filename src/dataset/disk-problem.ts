import { Problem, systemCode } from '../core/index.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of the path is a file',
}

/** A sentence for an error of writing `path`, or the error itself when it is of another kind. */
export function diskProblem(error: unknown, path: string): unknown {
  const reason = reasons[systemCode(error) ?? '']
  return reason === undefined ? error : new Problem(`Cannot write "${path}": ${reason}`, { cause: error })
}
