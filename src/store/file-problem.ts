import { Problem, systemCode } from '../core/index.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, a folder was wanted',
  // From mkdir: where a file is, no folder can be made.
  EEXIST: 'a part of the path is a file, a folder was wanted',
  EISDIR: 'it is a folder, a file was wanted',
  ENAMETOOLONG: 'the path is too long',
  EFBIG: 'the file would be too large',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk failed',
  ESTALE: 'the network file system lost it',
}

/**
 * Does something with files; what goes wrong for a reason that people know becomes a sentence.
 *
 * @param what the beginning of the sentence: `Cannot write "models/1.json"`
 */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = reasons[systemCode(error) ?? '']
    if (reason === undefined) throw error
    throw new Problem(`${what}: ${reason}`, { cause: error })
  }
}

/** Does something with a file, or gives undefined if there is no such file. */
export async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
