import { checkStamp, isJsonObject, stamp } from '../core/index.ts'
import { caddy } from './caddy.ts'
import { type Layout, layout } from './layout.ts'
import { nginx } from './nginx.ts'
import { readRemote, writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'
import type { Public } from './site.ts'

/** What `chestnut.public/1` says: a certificate is not in it, only whether its files are on the machine. */
interface Kept {
  readonly proxy: 'caddy' | 'nginx'
  readonly host: string
  readonly port: number
  readonly tls?: { readonly domain: string; readonly port?: number; readonly certificate: boolean }
}

/** Notes how people reach a deployment, so that a rollback needs not be told again. */
export async function keepPublic(shell: Shell, places: Layout, { proxy, host, port, tls }: Public): Promise<void> {
  const kept: Kept = {
    proxy: proxy.name,
    host,
    port,
    ...(tls && { tls: { ...tls, certificate: tls.certificate !== undefined } }),
  }
  await writeRemote(shell, fileOf(places), `${JSON.stringify({ format: stamp('public', 1), ...kept }, null, 2)}\n`)
}

/** How people reach what is deployed in a folder; undefined where nothing is. */
export async function keptPublic(target: {
  readonly shell: Shell
  readonly root: string
}): Promise<Public | undefined> {
  const text = await readRemote(target.shell, fileOf(layout(target.root)))
  if (text === undefined) return undefined
  const read: unknown = JSON.parse(text)
  checkStamp(isJsonObject(read) ? read['format'] : undefined, 'public', 1)
  const { proxy, host, port, tls } = read as Kept
  const site = { proxy: proxy === 'nginx' ? nginx : caddy, host, port }
  if (tls === undefined) return site
  const { certificate, ...name } = tls
  return { ...site, tls: { ...name, ...(certificate && { certificate: 'kept' }) } }
}

function fileOf({ root }: Layout): string {
  return `${root}/public.json`
}
