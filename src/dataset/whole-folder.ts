import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isAlive, systemCode } from '../core/index.ts'
import { makeFolder } from '../store/index.ts'
import { diskProblem } from './disk-problem.ts'

let made = 0

/**
 * A folder that is there whole or not at all: filled beside its place, then renamed. One that is there is kept as it is.
 * Of two processes that fill the same one, the first to finish wins and both may use it. What a killed process left
 * half-filled is removed by the next one.
 */
export async function wholeFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return
  const temporary = `${path}.${process.pid}-${++made}.part`
  try {
    await makeFolder(dirname(path))
    await removeAbandoned(path)
    await mkdir(temporary)
    await fill(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    const taken = systemCode(error) === 'ENOTEMPTY' || systemCode(error) === 'EEXIST'
    if (!(taken && existsSync(path))) throw diskProblem(error, path)
  }
}

async function removeAbandoned(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const suffix = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length) : ''
    const owner = /^\.(\d+)-\d+\.part$/.exec(suffix)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) {
      await rm(join(dirname(path), name), { recursive: true, force: true })
    }
  }
}
