import { Problem } from '../core/index.ts'
import { keepPublic } from './kept-public.ts'
import type { Layout } from './layout.ts'
import type { Site, WebProxy } from './proxy.ts'
import { readRemote, runScript, writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'
import type { Supervisor } from './supervisor.ts'

/** What the world sees of a deployment. */
export interface Public {
  readonly proxy: WebProxy
  /** The name or address under which people reach the machine. */
  readonly host: string
  /** Of plain HTTP. */
  readonly port: number
  readonly tls?: {
    readonly domain: string
    /** Default 443. */
    readonly port?: number
    /** Files on this computer, which are taken to the machine; `kept`: those that are there. Left out, Caddy gets a certificate. */
    readonly certificate?: { readonly chain: string; readonly key: string } | 'kept'
  }
}

export function publicUrl({ host, port, tls }: Public): string {
  if (tls === undefined) return `http://${host}${port === 80 ? '' : `:${port}`}/`
  const { domain, port: secure = 443 } = tls
  return `https://${domain}${secure === 443 ? '' : `:${secure}`}/`
}

/** Puts the proxy in front, or leaves one that runs with the same configuration alone. @returns whether it was started */
export async function ensureProxy(
  shell: Shell,
  places: Layout,
  supervisor: Supervisor,
  wanted: Public,
): Promise<boolean> {
  const { proxy } = wanted
  const config = proxy.config(siteOf(places, supervisor, wanted))
  const path = `${places.proxy}/${proxy.file}`
  const same = (await readRemote(shell, path)) === config.replace(/\n$/, '')
  const given = wanted.tls?.certificate
  const certificate = given === 'kept' ? undefined : given
  if (same && certificate === undefined && (await supervisor.isRunning('proxy'))) return false
  if (certificate !== undefined) await placeCertificate(shell, places, supervisor, certificate)
  await writeRemote(shell, path, config)
  await keepPublic(shell, places, wanted)
  await supervisor.start({
    name: 'proxy',
    command: proxy.command(await programOf(shell, proxy), places.proxy),
    folder: places.proxy,
    writes: [places.proxy],
    lowPorts: true,
  })
  return true
}

export function siteOf(places: Layout, { user }: Supervisor, { port, tls }: Public): Site {
  const site = { socket: places.socket, port, folder: places.proxy, user }
  if (tls === undefined) return site
  const { domain, port: secure = 443, certificate } = tls
  const files = certificate === undefined ? {} : { certificate: certificateFiles(places) }
  return { ...site, tls: { domain, port: secure, ...files } }
}

function certificateFiles(places: Layout): { readonly chain: string; readonly key: string } {
  return { chain: `${places.proxy}/certificate.pem`, key: `${places.proxy}/key.pem` }
}

async function placeCertificate(
  shell: Shell,
  places: Layout,
  { user }: Supervisor,
  certificate: { readonly chain: string; readonly key: string },
): Promise<void> {
  const { chain, key } = certificateFiles(places)
  // The folder is closed to others while the key arrives in it.
  await runScript(shell, 'close the folder of the proxy', 'chmod 700 "$1"', [places.proxy])
  await shell.upload(certificate.chain, chain)
  await shell.upload(certificate.key, key)
  await runScript(shell, 'guard the key', 'chmod 600 "$2"; chown "$3": "$1" "$2"', [chain, key, user])
}

/** Where the proxy's program is on the machine. */
async function programOf(shell: Shell, { name }: WebProxy): Promise<string> {
  const find = 'PATH="$PATH:/usr/sbin:/usr/local/bin"; command -v "$1" || true'
  const [found] = await runScript(shell, `look for "${name}"`, find, [name])
  if (found !== undefined) return found
  throw new Problem(`Cannot put a proxy in front of the server: the machine has no "${name}"`, {
    next: `apt-get install --no-install-recommends ${name} there, or choose another with --proxy`,
  })
}
