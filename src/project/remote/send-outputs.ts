import { openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { type Clock, checkStamp, isJsonObject, Problem, textsFromJson } from '../../core/index.ts'
import { pauses } from '../../machines/index.ts'
import { blobKey } from '../../store/index.ts'

/**
 * On a machine: puts outputs of a job where links lead, by digest. No sentence of it holds a link.
 *
 * @param store the folder of the job's own store
 * @param text `chestnut.output-links/1`: an address by digest
 */
export async function sendOutputs(store: string, text: string, clock: Clock): Promise<void> {
  const value: unknown = JSON.parse(text)
  checkStamp(isJsonObject(value) ? value['format'] : undefined, 'output-links', 1)
  const links = isJsonObject(value) ? textsFromJson(value['links']) : undefined
  if (links === undefined) throw new Problem('Cannot send outputs: wanted an address by digest')
  for (const [digest, link] of Object.entries(links))
    await send(join(store, blobKey(digest)), digest, link, pauses(clock))
}

const attempts = 5

async function send(path: string, digest: string, link: string, pause: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const said = await put(path, link)
    if (said === undefined) return
    if (attempt === attempts) throw new Problem(`Cannot send the output "${digest}": ${said}`)
    await pause()
  }
}

/** @returns what went wrong; undefined: nothing */
async function put(path: string, link: string): Promise<string | undefined> {
  const body = await openAsBlob(path)
  try {
    const answer = await fetch(link, { method: 'PUT', body })
    return answer.ok ? undefined : `the store answered ${answer.status}`
  } catch (error) {
    // What fetch says may hold the address.
    if (error instanceof TypeError) return 'the store does not answer'
    throw error
  }
}
