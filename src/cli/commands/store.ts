import { statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Misuse, systemClock } from '../../core/index.ts'
import { type Config, loadConfig, openStore } from '../../project/index.ts'
import {
  type Entry,
  getFile,
  getFolder,
  isS3,
  putFile,
  putFolder,
  type S3Place,
  type Store,
  type Transferred,
} from '../../store/index.ts'
import { interruption } from '../interruption.ts'
import { type Output, output } from '../output.ts'
import { progressDisplay } from '../progress-display.ts'

export interface StoreFlags {
  readonly json?: boolean
  readonly config?: string
  readonly endpoint?: string
  readonly region?: string
  readonly profile?: string
}

/** What was carried where it is one file. */
const one = { files: 1, unchanged: 0, leftOut: [] } as const

/** What a command of the store works with. */
interface Opened {
  readonly store: Store
  readonly output: Output
  readonly signal: AbortSignal
  readonly display: ReturnType<typeof progressDisplay>
}

/** Lists what is in the store, and says whose keys were taken. */
export async function list(start: string | undefined, flags: StoreFlags): Promise<void> {
  await inStore(start, flags, async ({ store, output, signal }, prefix) => {
    if (isS3(store)) output.note(`${store.name}, with ${store.access}`)
    let bytes = 0
    const entries: Entry[] = []
    for await (const entry of store.list(prefix, { signal })) {
      entries.push(entry)
      bytes += entry.size
      output.say(`${entry.changed.toISOString().slice(0, 19)}Z ${String(entry.size).padStart(12)}  ${entry.key}`)
    }
    output.record(entries)
    output.note(`${entries.length} objects, ${bytes} bytes`)
  })
}

/** Gets an object into a file, or all below a prefix into a folder. */
export async function get(name: string, to: string | undefined, flags: StoreFlags): Promise<void> {
  await inStore(name, flags, async ({ store, output, display, signal }, key) => {
    const options = { signal, progress: display.show }
    const isFolder = key === '' || key.endsWith('/') || (await isPrefix(store, key, signal))
    const path = resolve(to ?? (basename(key) || '.'))
    if (isFolder) {
      const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
      return tell(output, display, await getFolder(store, prefix, path, options), 'got', path)
    }
    const target = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, basename(key)) : path
    await getFile(store, key, target, options)
    const { size } = statSync(target)
    tell(output, display, { ...one, bytes: size }, 'got', target)
  })
}

/** Puts a file, or all files of a folder, into the store. */
export async function put(path: string, name: string | undefined, flags: StoreFlags): Promise<void> {
  await inStore(name, flags, async ({ store, output, display, signal }, given) => {
    const facts = statSync(path, { throwIfNoEntry: false })
    if (facts === undefined) throw new Misuse(`Cannot upload "${path}": there is no such file or folder`)
    const options = { signal, progress: display.show }
    const key = given === '' || given.endsWith('/') ? given + basename(resolve(path)) : given
    const carried = facts.isDirectory()
      ? await putFolder(store, path, `${key}/`, options)
      : await putFile(store, path, key, options).then(() => ({ ...one, bytes: facts.size }))
    tell(output, display, carried, 'put', key)
    // Of a bucket that was named nobody knows whose the rest of it is.
    if (isS3(store)) await store.abortStale(name?.startsWith('s3://') === true ? key : '')
  })
}

/** Prints an address that lets whoever has it read, or write, one object for a while. */
export async function link(
  name: string,
  flags: StoreFlags & { readonly put?: boolean; readonly expires: number },
): Promise<void> {
  await inStore(name, flags, async ({ store, output }, key) => {
    if (!isS3(store)) {
      throw new Misuse(`Cannot make a link to "${key}": the store is ${store.name}, a bucket was wanted`, {
        next: 'set "store" of the configuration to s3({ bucket: … })',
      })
    }
    const method = flags.put === true ? 'put' : 'get'
    const address = await store.link(key, { method, expires: flags.expires })
    output.say(address)
    output.record({ key, method, expires: flags.expires, link: address })
  })
}

/** Opens the store of the configuration, or the bucket of `s3://BUCKET/KEY`, for one command. */
async function inStore(
  name: string | undefined,
  flags: StoreFlags,
  work: (opened: Opened, key: string) => Promise<void>,
): Promise<void> {
  const display = progressDisplay(systemClock)
  const stop = interruption()
  try {
    const { config, base } = await loadConfig(process.cwd(), flags.config)
    const { spec, key } = named(name ?? '', config, flags)
    await using store = await openStore({ store: spec }, base)
    await work({ store, output: output({ json: flags.json ?? false }), signal: stop.signal, display }, key)
  } finally {
    display.clear()
    stop.release()
  }
}

function named(name: string, config: Config, flags: StoreFlags): { spec: Config['store']; key: string } {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(name) ?? []
  const given = Object.fromEntries(
    (['endpoint', 'region', 'profile'] as const).flatMap(flag =>
      flags[flag] === undefined ? [] : [[flag, flags[flag]]],
    ),
  ) as Partial<S3Place>
  const { store } = config
  if (bucket !== undefined) {
    // The same bucket by its whole name: where it is stands in the configuration.
    const known = typeof store !== 'string' && store.bucket === bucket ? { ...store, prefix: undefined } : {}
    return { spec: { ...known, ...given, kind: 's3', bucket }, key }
  }
  if (typeof store !== 'string') return { spec: { ...store, ...given }, key: name }
  if (Object.keys(given).length > 0) {
    throw new Misuse(`Cannot use "--${Object.keys(given)[0]}": the store is a folder, a bucket was wanted`, {
      next: 'name it as s3://BUCKET/KEY, or set "store" of the configuration to s3({ bucket: … })',
    })
  }
  return { spec: store, key: name }
}

/** Whether nothing is under the key itself, and something below it. */
async function isPrefix(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
  for await (const entry of store.list(key, { signal })) {
    if (entry.key === key) return false
    if (entry.key.startsWith(`${key}/`)) return true
  }
  return false
}

function tell(
  output: Output,
  display: Opened['display'],
  carried: Transferred,
  done: 'got' | 'put',
  where: string,
): void {
  display.clear()
  output.record({ ...carried, [done === 'got' ? 'path' : 'key']: where })
  const { files, bytes, unchanged, leftOut } = carried
  output.say(`${done} ${files} files, ${bytes} bytes, ${unchanged} of them there already: ${where}`)
  if (leftOut.length > 0) {
    output.note(`${leftOut.length} left out, neither files nor links to files; the first is "${leftOut[0]}"`)
  }
}
