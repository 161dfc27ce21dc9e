import { randomBytes } from 'node:crypto'
import { access, link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkStamp, isAlive, isJsonObject, Problem, systemCode, textsFromJson } from '../../core/index.ts'
import { type KeyPair, newKeyPair } from '../../machines/index.ts'
import { makeFolder } from '../../store/index.ts'

/** What this computer alone knows of a run, so that whoever comes after a controller that died can log in. */
export interface RunKey extends KeyPair {
  /** Names the controller in the journal. */
  readonly by: string
}

/** The key of a run on this computer: made, or found. Its owner alone may read it. */
export async function runKey(state: string, run: string): Promise<RunKey> {
  const path = pathOf(state, run)
  await makeFolder(join(state, 'rented'))
  const fresh = { by: newName(), ...(await newKeyPair()) }
  const draft = `${path}.${fresh.by}`
  try {
    const text = JSON.stringify({ format: 'chestnut.run-key/1', pid: String(process.pid), ...fresh })
    await writeFile(draft, `${text}\n`, { mode: 0o600 })
    // Whole or not at all: another process may be reading it.
    await link(draft, path)
    return fresh
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  const { pid, by, ...pair } = parse(await readFile(path, 'utf8'))
  // Who goes on for a dead controller is the same one for the journal; beside a living one another.
  return { ...pair, by: isAlive(Number(pid)) && Number(pid) !== process.pid ? newName() : by }
}

/** Whether this computer can log in to the run's machine. */
export async function hasRunKey(state: string, run: string): Promise<boolean> {
  try {
    await access(pathOf(state, run))
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

export async function forgetRunKey(state: string, run: string): Promise<void> {
  await rm(pathOf(state, run), { force: true })
}

function pathOf(state: string, run: string): string {
  return join(state, 'rented', `${run}.json`)
}

function newName(): string {
  return randomBytes(4).toString('hex')
}

function parse(text: string): RunKey & { readonly pid: string } {
  const value: unknown = JSON.parse(text)
  if (isJsonObject(value)) checkStamp(value['format'], 'run-key', 1)
  const { pid, by, privateKey, publicKey } = textsFromJson(value) ?? {}
  if (pid === undefined || by === undefined || privateKey === undefined || publicKey === undefined)
    throw new Problem('Cannot read the key of a run: a part of it is missing', { next: 'chestnut machines stop --all' })
  return { pid, by, privateKey, publicKey }
}
