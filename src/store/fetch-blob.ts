import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Misuse, systemClock } from '../core/index.ts'
import { blobs } from './blobs.ts'
import { claimed } from './claim.ts'
import { type DownloadOptions, download, isWhole, shownUrl } from './download.ts'
import { makeFolder } from './durable.ts'
import type { Store } from './store.ts'

export interface FetchBlobOptions extends DownloadOptions {
  readonly store: Store
  /** A folder of this machine, where a download grows until it is whole. */
  readonly folder: string
}

/** How often to look whether another process has finished the same download. */
const waiting = 1000

/**
 * Makes sure that a file of the web is in the store under its SHA-256: what is there already is not asked for again, so that
 * it works without a network too. An interrupted download goes on where it stopped. Of several processes one downloads, and
 * the others wait for it.
 *
 * @returns its digest, for `blobs(store).get`
 * @throws Misuse when the digest or the address is none; Problem as `download` does
 */
export async function fetchBlob(
  source: { readonly url: string; readonly sha256: string },
  options: FetchBlobOptions,
): Promise<string> {
  const digest = checked(source)
  const { store, folder, clock = systemClock, signal } = options
  const kept = blobs(store)
  const file = join(folder, digest)
  const fetchOnce = async (): Promise<boolean> => {
    const wanted = { url: source.url, sha256: digest }
    if (!(await isWhole(wanted, file))) await download(wanted, file, options)
    await kept.putStream(digest, () => Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>)
    await rm(file, { force: true })
    return true
  }
  await makeFolder(folder)
  while (!(await kept.has(digest))) {
    if (await claimed(file, 'download', fetchOnce)) break
    await clock.sleep(waiting, signal)
  }
  return digest
}

function checked({ url, sha256 }: { readonly url: string; readonly sha256: string }): string {
  const digest = sha256.toLowerCase()
  const what = `Cannot download "${shownUrl(url)}"`
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new Misuse(`${what}: "${sha256}" is no SHA-256, 64 digits were wanted`)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Misuse(`${what}: it is no address, one that begins with https:// was wanted`)
  }
  return digest
}
