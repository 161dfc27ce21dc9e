import { randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import type { Client, SFTPWrapper, TransferOptions } from 'ssh2'
import { Problem, systemCode } from '../../core/index.ts'
import { LinkLost } from './ssh-errors.ts'

/** Enough chunks under way to fill the line. A write stream of sftp has one, and is fifty times slower. */
const lanes = { concurrency: 16, chunkSize: 256 * 1024 }

/** Sends a file beside its place, then puts it there. */
export function upload(client: Client, local: string, remote: string, onProgress: () => void): Promise<void> {
  // Two may send the same file.
  const partial = `${remote}.${randomBytes(4).toString('hex')}.part`
  return withSftp(client, async sftp => {
    const options = withSteps(onProgress)
    await done(`Cannot upload to "${remote}"`, finish => sftp.fastPut(local, partial, options, finish))
    await done(`Cannot put "${remote}" in its place`, finish => sftp.ext_openssh_rename(partial, remote, finish))
  })
}

/** Fetches a file beside its place, then puts it there. */
export function download(client: Client, remote: string, local: string, onProgress: () => void): Promise<void> {
  const partial = `${local}.${randomBytes(4).toString('hex')}.part`
  return withSftp(client, async sftp => {
    const options = withSteps(onProgress)
    try {
      await done(`Cannot download "${remote}"`, finish => sftp.fastGet(remote, partial, options, finish))
      await rename(partial, local)
    } finally {
      await rm(partial, { force: true })
    }
  })
}

function withSteps(onProgress: () => void): TransferOptions {
  return { ...lanes, step: onProgress }
}

async function withSftp(client: Client, work: (sftp: SFTPWrapper) => Promise<void>): Promise<void> {
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, session) => {
      if (error) reject(new Problem('Cannot move files: the machine has no sftp', { cause: error }))
      else resolve(session)
    })
  })
  try {
    await work(sftp)
  } finally {
    sftp.end()
  }
}

function done(what: string, start: (finish: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start(error => {
      if (!error) resolve()
      // What the sftp client says of everything that is under way when its connection goes.
      else if (error.message === 'No response from server')
        reject(new LinkLost(`${what}: the connection is lost`, { cause: error }))
      else reject(new Problem(`${what}: ${reason(error)}`, { cause: error }))
    })
  })
}

/** Codes of the sftp protocol are numbers, those of the local disk are names. */
function reason(error: Error & { code?: unknown }): string {
  if (error.code === 2 || systemCode(error) === 'ENOENT') return 'there is no such file or folder'
  if (error.code === 3 || systemCode(error) === 'EACCES') return 'this user may not'
  if (systemCode(error) === 'ENOSPC') return 'the disk is full'
  return `it failed (${error.message})`
}
