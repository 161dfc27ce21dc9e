import { join, resolve } from 'node:path'
import { Misuse, systemClock } from '../core/index.ts'
import { caddy, keptPublic, localShell, nginx, type Public, processes, systemd, type Target } from '../deploy/index.ts'
import { installProgram, openMachines, standingMachine } from '../project/index.ts'
import { rentalLines, wanted } from './on-machine.ts'
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
  /** How long a rented machine may be there. Default 24. */
  readonly hours?: number
  readonly yes?: boolean
}

/** The machine of a deployment by its name. The one place that knows which machines there are. */
export async function deployTarget(session: Session, flags: TargetFlags, mayRent: boolean): Promise<DeployPlace> {
  const { on = 'local' } = flags
  if (on === 'local') return await thisComputer(session, flags)
  if (session.config.machines.named[on] !== undefined) return await rentedMachine(session, flags, on, mayRent)
  const names = ['local', ...Object.keys(session.config.machines.named)].map(name => `"${name}"`).join(', ')
  throw new Misuse(`Cannot deploy on "${on}": the configuration has no machine of this name, known is ${names}`, {
    next: 'chestnut deploy --on local',
  })
}

/** A machine of a deployment. */
export interface DeployPlace extends Target {
  /** The words that run Chestnut there, which travels if it is not there. Undefined: this installation. */
  program(): Promise<readonly string[] | undefined>
  /** Gives the machine back if this command rented it: nothing answers there. */
  abandon(): Promise<void>
  /** Lets go of the connection. */
  close(): Promise<void>
}

const day = 24

async function rentedMachine(session: Session, flags: TargetFlags, on: string, mayRent: boolean): Promise<DeployPlace> {
  const { config, workspace, output, signal, display } = session
  const { base, store, clock } = workspace
  const { machine, shell, folder, isNew, giveBack } = await standingMachine(workspace, {
    machines: openMachines(config, base, { clock, store, notice: output.warn }),
    on,
    longest: (flags.hours ?? day) * 3600_000,
    packages: [flags.proxy === 'nginx' ? 'nginx-light' : 'caddy'],
    ...(mayRent
      ? {
          agree: async plan => {
            display.clear()
            for (const line of rentalLines(plan)) output.note(line)
            await wanted(signal, flags.yes)
          },
        }
      : {}),
  })
  const root = flags.folder ?? (config.machines.named[on]?.kind === 'local' ? folder : '/opt/chestnut')
  const hasSystemd = (await shell.run(['test', '-d', '/run/systemd/system'])).status === 0
  const [user = 'nobody'] = (await shell.run(['id', '-un'])).lines
  const { host = '127.0.0.1' } = machine.address ?? {}
  return {
    shell,
    supervisor: hasSystemd && user === 'root' ? systemd(shell) : processes(shell, `${root}/services`, user),
    root,
    public: publicSide(
      flags,
      await keptPublic({ shell, root }),
      host,
      machine.address === undefined ? config.serve.port : 80,
    ),
    clock: systemClock,
    signal,
    onStep: output.note,
    program: async () => {
      if (machine.address === undefined) return undefined
      output.note('Sending Chestnut, unless it is there')
      return await installProgram(workspace, shell, `${root}/programs`)
    },
    abandon: async () => {
      if (isNew) await giveBack()
    },
    close: () => shell.close(),
  }
}

async function thisComputer(session: Session, flags: TargetFlags): Promise<DeployPlace> {
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
    program: async () => undefined,
    abandon: async () => undefined,
    close: async () => undefined,
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
