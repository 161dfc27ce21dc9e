import { access, constants } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Misuse, systemClock } from '../core/index.ts'
import {
  caddy,
  deploymentStatus,
  keptPublic,
  localShell,
  nginx,
  type Public,
  processes,
  systemd,
  type Target,
} from '../deploy/index.ts'
import {
  installProgram,
  openMachines,
  type RentalPlan,
  type StandingMachine,
  standingMachine,
} from '../project/index.ts'
import { confirm } from './confirm.ts'
import { rentalLines } from './on-machine.ts'
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

/** A machine of a deployment. */
export interface DeployPlace extends Target {
  /** Rented by this very command, after its person said yes. */
  readonly isNew: boolean
  /** When the machine goes, and the server with it, by its name; undefined: it stays. */
  readonly end: { readonly name: string; readonly limit: number } | undefined
  /** The words that run Chestnut there, which travels if it is not there. Undefined: this installation. */
  program(): Promise<readonly string[] | undefined>
  /** Gives the machine back if nothing answers there. */
  abandon(): Promise<void>
  /** Lets go of the connection. */
  close(): Promise<void>
}

/**
 * The machine of a deployment by its name. The one place that knows which machines there are.
 *
 * @param what a machine may be rented for, in a sentence; undefined: it must be there
 */
export async function deployTarget(session: Session, flags: TargetFlags, what?: string): Promise<DeployPlace> {
  const { on = 'local' } = flags
  await checkTls(flags)
  if (on === 'local') return await thisComputer(session, flags)
  if (session.config.machines.named[on] !== undefined) return await rentedMachine(session, flags, on, what)
  const names = ['local', ...Object.keys(session.config.machines.named)].map(name => `"${name}"`).join(', ')
  throw new Misuse(`Cannot deploy on "${on}": the configuration has no machine of this name, known is ${names}`, {
    next: 'chestnut deploy --on local',
  })
}

const day = 24

async function rentedMachine(
  session: Session,
  flags: TargetFlags,
  on: string,
  what: string | undefined,
): Promise<DeployPlace> {
  const { config, workspace, output } = session
  const { base, store, clock } = workspace
  const agree = agreement(session, flags, on, what)
  const standing = await standingMachine(workspace, {
    machines: openMachines(config, base, { clock, store, notice: output.warn }),
    on,
    longest: (flags.hours ?? day) * 3600_000,
    packages: [flags.proxy === 'nginx' ? 'nginx-light' : 'caddy'],
    ...(agree && { agree }),
  })
  try {
    return await placeOn(session, flags, on, standing)
  } catch (error) {
    if (standing.isNew) await standing.giveBack()
    await standing.shell.close()
    throw error
  }
}

/** Who pays for a machine is asked. One of your own costs nothing, and what is deployed there outlives its run. */
function agreement(
  { config, output, signal, display }: Session,
  { yes }: TargetFlags,
  on: string,
  what: string | undefined,
): ((plan: RentalPlan) => Promise<void>) | undefined {
  if (what === undefined) return config.machines.named[on]?.kind === 'ssh' ? async () => undefined : undefined
  return async plan => {
    display.clear()
    for (const line of [what, ...rentalLines(plan)]) output.note(line)
    await confirm('Rent it?', { signal, yes, without: 'nothing was rented' })
  }
}

async function placeOn(
  { config, workspace, output, signal }: Session,
  flags: TargetFlags,
  on: string,
  { machine, shell, folder, isNew, giveBack }: StandingMachine,
): Promise<DeployPlace> {
  const isHere = machine.address === undefined
  const kind = config.machines.named[on]?.kind
  const root = flags.folder ?? (kind === 'local' ? folder : '/opt/chestnut')
  const hasSystemd = (await shell.run(['test', '-d', '/run/systemd/system'])).status === 0
  const [user = 'nobody'] = (await shell.run(['id', '-un'])).lines
  const kept = await keptPublic({ shell, root })
  const { host = '127.0.0.1' } = machine.address ?? {}
  const supervisor = hasSystemd && user === 'root' ? systemd(shell) : processes(shell, `${root}/services`, user)
  return {
    shell,
    supervisor,
    root,
    public: publicSide(flags, kept, host, isHere ? config.serve.port : 80),
    clock: systemClock,
    signal,
    onStep: output.note,
    isNew,
    end: kind === 'ssh' ? undefined : { name: machine.name, limit: machine.marks.limit },
    program: async () => {
      if (isHere) return undefined
      output.note('Sending Chestnut, unless it is there')
      return await installProgram(workspace, shell, `${root}/programs`)
    },
    abandon: async () => {
      if (isNew || (await deploymentStatus({ shell, supervisor, root })).live === undefined) await giveBack()
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
    isNew: false,
    end: undefined,
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

/** What is wrong with them whatever is there already is said before anything is rented. */
async function checkTls({ tls, certificate: chain, key }: TargetFlags): Promise<void> {
  if ((chain === undefined) !== (key === undefined)) {
    throw new Misuse('Cannot use a certificate without its key, or a key without its certificate', {
      next: 'chestnut deploy --tls DOMAIN --certificate FILE --key FILE',
    })
  }
  for (const file of [chain, key].filter(name => name !== undefined)) {
    await access(file, constants.R_OK).catch(cause => {
      throw new Misuse(`Cannot read "${file}": there is no such file, or this user may not read it`, { cause })
    })
  }
  if (typeof tls === 'string' && !/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(tls)) {
    throw new Misuse(`Cannot use "${tls}" as a domain: wanted a name such as "films.example.org"`)
  }
}

function tlsOf({ tls, tlsPort, certificate: chain, key }: TargetFlags, kept: Public['tls']): Public['tls'] {
  const domain = tls === false ? undefined : (tls ?? kept?.domain)
  if (domain === undefined) {
    if ((chain ?? tlsPort) === undefined) return undefined
    throw new Misuse('Cannot use "--certificate" or "--tls-port" without "--tls"', {
      next: 'chestnut deploy --tls DOMAIN',
    })
  }
  const port = tlsPort ?? kept?.port
  const earlier = domain === kept?.domain ? kept.certificate : undefined
  const certificate = chain === undefined || key === undefined ? earlier : { chain: resolve(chain), key: resolve(key) }
  return { domain, ...(port !== undefined && { port }), ...(certificate && { certificate }) }
}
