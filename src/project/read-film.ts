import { readFile, stat } from 'node:fs/promises'
import { systemCode } from '../core/index.ts'
import { BadFilm, decodeFilm, type Film } from '../imaging/index.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its file is gone',
  ENOTDIR: 'its file is gone',
  EISDIR: 'it is a folder',
  EACCES: 'its file may not be read',
  EIO: 'the disk cannot read its file',
  ERR_FS_FILE_TOO_LARGE: 'its file is larger than 2 GiB',
}

/** @throws BadFilm when the file cannot be read or holds no film. */
export async function readFilm(path: string): Promise<Film> {
  return decodeFilm(
    await bytesOf(path).catch((cause: unknown) => {
      const reason = reasons[systemCode(cause) ?? '']
      throw reason === undefined ? cause : new BadFilm(reason, { cause })
    }),
  )
}

/** A pipe or a device may have no end. */
async function bytesOf(path: string): Promise<Uint8Array> {
  const facts = await stat(path)
  if (!facts.isFile() && !facts.isDirectory()) throw new BadFilm('it is a pipe or a device, a file is wanted')
  return readFile(path)
}
