import { join, resolve } from 'node:path'
import { Misuse, systemClock } from '../core/index.ts'
import {
  caddy,
  keptPublic,
  localShell,
  nginx,
  type Public,
  processes,
  type Release,
  type Target,
} from '../deploy/index.ts'
import type { ModelFile } from '../project/index.ts'
import { localRelease } from './deploy-release.ts'
import type { Session } from './session.ts'

/** Flags that say where a deployment is and how people reach it. */
export interface TargetFlags {
  readonly on?: string
  readonly folder?: string
  readonly port?: number
  /** False for none, where an earlier deployment had it. */
  readonly tls?: string | false
  readonly tlsPort?: number
  readonly certificate?: string
  readonly key?: string
  readonly proxy?: 'caddy' | 'nginx'
}

/** A machine to deploy on, and what a release for it is made of. */
export interface Place {
  readonly target: Target
  /** Makes a release of a model; it is gone after `use`. */
  release<T>(model: ModelFile, use: (release: Release) => Promise<T>): Promise<T>
}

/** The machine of a deployment by its name. The one place that knows which machines there are. */
export async function deployPlace(session: Session, flags: TargetFlags): Promise<Place> {
  const { on = 'local' } = flags
  if (on === 'local') return { target: await thisComputer(session, flags), release: localRelease }
  throw new Misuse(`Cannot deploy on "${on}": the configuration has no machine of this name, known is "local"`, {
    next: 'chestnut deploy --on local',
  })
}

async function thisComputer(session: Session, flags: TargetFlags): Promise<Target> {
  const { config, workspace, signal } = session
  const root = resolve(flags.folder ?? join(workspace.state, 'deploy'))
  const shell = localShell()
  const [user = 'nobody'] = (await shell.run(['id', '-un'])).lines
  return {
    shell,
    supervisor: processes(shell, `${root}/services`, user),
    root,
    public: publicSide(flags, await keptPublic({ shell, root }), '127.0.0.1', config.serve.port),
    clock: systemClock,
    signal,
    onStep: session.output.note,
  }
}

/** What the flags say, and else what an earlier deployment was told. */
function publicSide(flags: TargetFlags, kept: Public | undefined, usualHost: string, usualPort: number): Public {
  const { port = kept?.port ?? usualPort } = flags
  const host = kept?.host ?? usualHost
  const proxy = flags.proxy === undefined ? (kept?.proxy ?? caddy) : { caddy, nginx }[flags.proxy]
  const tls = tlsOf(flags, kept?.tls)
  return { proxy, host, port, ...(tls && { tls }) }
}

function tlsOf(flags: TargetFlags, kept: Public['tls']): Public['tls'] {
  const { tls, tlsPort, certificate: chain, key } = flags
  if ((chain === undefined) !== (key === undefined)) {
    throw new Misuse('Cannot use a certificate without its key, or a key without its certificate', {
      next: 'chestnut deploy --tls DOMAIN --certificate FILE --key FILE',
    })
  }
  const domain = tls === false ? undefined : (tls ?? kept?.domain)
  if (domain === undefined) {
    if ((chain ?? tlsPort) === undefined) return undefined
    throw new Misuse('Cannot use "--certificate" or "--tls-port" without "--tls"', {
      next: 'chestnut deploy --tls DOMAIN',
    })
  }
  if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(domain)) {
    throw new Misuse(`Cannot use "${domain}" as a domain: wanted a name such as "films.example.org"`)
  }
  const port = tlsPort ?? kept?.port
  const earlier = domain === kept?.domain ? kept.certificate : undefined
  const certificate = chain === undefined || key === undefined ? earlier : { chain: resolve(chain), key: resolve(key) }
  return { domain, ...(port !== undefined && { port }), ...(certificate && { certificate }) }
}
