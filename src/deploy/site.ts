import { Problem } from '../core/index.ts'
import { keepPublic, keptPublic } from './kept-public.ts'
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

/**
 * Puts the proxy in front, or leaves one that runs with the same configuration alone, and looks whether people reach the server so. If
 * they do not, the proxy is again what it was.
 *
 * @param look told whether the proxy was started
 */
export async function withProxy<T>(
  shell: Shell,
  places: Layout,
  supervisor: Supervisor,
  wanted: Public,
  look: (isStarted: boolean) => Promise<T>,
): Promise<T> {
  const former = await keptPublic({ shell, root: places.root })
  const program = await programOf(shell, wanted.proxy)
  const isStarted = !(await runsAs(shell, places, supervisor, wanted))
  try {
    if (isStarted) await startProxy(shell, places, supervisor, { wanted, program })
    const seen = await look(isStarted)
    await keepPublic(shell, places, wanted)
    return seen
  } catch (error) {
    if (isStarted) await restoreProxy(shell, places, supervisor, former)
    throw error
  }
}

async function runsAs(shell: Shell, places: Layout, supervisor: Supervisor, wanted: Public): Promise<boolean> {
  const { proxy, tls } = wanted
  if (tls?.certificate !== undefined && tls.certificate !== 'kept') return false
  const config = proxy.config(siteOf(places, supervisor, wanted))
  const there = await readRemote(shell, `${places.proxy}/${proxy.file}`)
  return there === config.replace(/\n$/, '') && (await supervisor.isRunning('proxy'))
}

async function startProxy(
  shell: Shell,
  places: Layout,
  supervisor: Supervisor,
  { wanted, program }: { readonly wanted: Public; readonly program: string },
): Promise<void> {
  const { proxy, tls } = wanted
  if (tls?.certificate !== undefined && tls.certificate !== 'kept') {
    await placeCertificate(shell, places, supervisor, tls.certificate)
  }
  await writeRemote(shell, `${places.proxy}/${proxy.file}`, proxy.config(siteOf(places, supervisor, wanted)))
  await supervisor.start({
    name: 'proxy',
    command: proxy.command(program, places.proxy),
    folder: places.proxy,
    writes: [places.proxy],
    lowPorts: true,
  })
}

/** @param former how people reached the machine before; undefined where they did not */
async function restoreProxy(
  shell: Shell,
  places: Layout,
  supervisor: Supervisor,
  former: Public | undefined,
): Promise<void> {
  if (former === undefined) return supervisor.stop('proxy')
  const { chain, key } = certificateFiles(places)
  const script = 'for file in "$@"; do [ ! -e "$file.before" ] || mv -f "$file.before" "$file"; done'
  await runScript(shell, 'take the certificate from before', script, [chain, key])
  await startProxy(shell, places, supervisor, { wanted: former, program: await programOf(shell, former.proxy) })
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
  const close = `
chmod 700 "$1"
shift
for file in "$@"; do rm -f "$file.before"; [ ! -e "$file" ] || cp -p "$file" "$file.before"; done`
  await runScript(shell, 'close the folder of the proxy', close, [places.proxy, chain, key])
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
