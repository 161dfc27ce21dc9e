import { Problem } from '../core/index.ts'
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
    /** Files on this computer, which are taken to the machine. */
    readonly certificate?: { readonly chain: string; readonly key: string }
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
  const config = proxy.config(await siteOf(shell, places, supervisor, wanted))
  const path = `${places.proxy}/${proxy.file}`
  const same = (await readRemote(shell, path)) === config.replace(/\n$/, '')
  const fresh = wanted.tls?.certificate !== undefined
  if (same && !fresh && (await supervisor.isRunning('proxy'))) return false
  await writeRemote(shell, path, config)
  await supervisor.start({
    name: 'proxy',
    command: proxy.command(await programOf(shell, proxy), places.proxy),
    folder: places.proxy,
    writes: [places.proxy],
    lowPorts: true,
  })
  return true
}

async function siteOf(shell: Shell, places: Layout, { user }: Supervisor, { port, tls }: Public): Promise<Site> {
  const site = { socket: places.socket, port, folder: places.proxy, user }
  if (tls === undefined) return site
  const { domain, port: secure = 443, certificate } = tls
  if (certificate === undefined) return { ...site, tls: { domain, port: secure } }
  const [chain, key] = [`${places.proxy}/certificate.pem`, `${places.proxy}/key.pem`]
  // The file is there for its owner alone before the key comes into it.
  const script = 'umask 077; rm -f "$1" "$2"; touch "$1" "$2"; chown "$3": "$1" "$2"'
  await runScript(shell, 'make room for the key', script, [`${chain}.partial`, `${key}.partial`, user])
  await shell.upload(certificate.chain, chain)
  await shell.upload(certificate.key, key)
  await runScript(shell, 'guard the key', 'chmod 600 "$2"; chown "$3": "$1" "$2"', [chain, key, user])
  return { ...site, tls: { domain, port: secure, certificate: { chain, key } } }
}

/** Where the proxy's program is; it is installed where the machine has Debian's packages and none of it. */
async function programOf(shell: Shell, { name }: WebProxy): Promise<string> {
  const find = 'PATH="$PATH:/usr/sbin:/usr/local/bin"; command -v "$1" || true'
  const [found] = await runScript(shell, `look for "${name}"`, find, [name])
  if (found !== undefined) return found
  throw new Problem(`Cannot put a proxy in front of the server: the machine has no "${name}"`, {
    next: `apt-get install --no-install-recommends ${name} there, or choose another with --proxy`,
  })
}
