import { readFile } from 'node:fs/promises'
import { type Clock, Misuse, Problem, systemCode, throwIfAborted } from '../../../core/index.ts'
import { demandSuccess } from '../../agent/remote-file.ts'
import { checkOrder } from '../../check-order.ts'
import { fits } from '../../fits.ts'
import { OutOfStock } from '../../machine-errors.ts'
import { checkRun, machineName } from '../../names.ts'
import type { Address, CallOptions, Machine, Offer, Order, Provider, Resource } from '../../provider.ts'
import type { Answer, Shell } from '../../shell.ts'
import { connect } from '../connect.ts'
import { LinkLost, LoginRefused, WrongHostKey } from '../ssh-errors.ts'
import { parseSshMachineFile, type SshMachineFile } from './machine-file.ts'
import * as scripts from './scripts.ts'

export interface SshOptions {
  readonly host: string
  /** Default 22. */
  readonly port?: number
  readonly user: string
  /** The machine's ed25519 key as `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there: "SHA256:…". */
  readonly hostKey: string
  /** Path of the private key that may log in. */
  readonly identity: string
  /** Where runs have their folders; without a slash in front, in the user's home. Default ".chestnut". */
  readonly folder?: string
  /** How many runs share the machine. Default 1. */
  readonly atOnce?: number
  /** Where a run's own key is let in until its limit. Default ".ssh/authorized_keys". */
  readonly authorizedKeys?: string
  /** For pauses. Deadlines are kept by the machine's clock. */
  readonly clock: Clock
}

const type = 'own'
const longestPause = 5000
/** How often a call is tried that is no destruction. */
const attempts = 4

/**
 * A machine that somebody owns: a run has a folder on it, and the processes that bear its key in their environment (`startJob`). It
 * costs nothing. Its folder is `FOLDER/runs/RUN`.
 */
export function ssh(options: SshOptions): Provider {
  const {
    host,
    port = 22,
    user,
    folder = '.chestnut',
    atOnce = 1,
    authorizedKeys = '.ssh/authorized_keys',
    clock,
  } = options
  const address: Address = { host, port, user, hostKeys: [options.hostKey] }
  const keyForm = /^ssh-ed25519 [A-Za-z0-9+/=]+( [\x20-\x7e]*)?$/

  const visit = async <T>(work: (shell: Shell) => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    throwIfAborted(signal)
    const privateKey = await readKey(options.identity)
    const shell = await connect(address, signal === undefined ? { privateKey } : { privateKey, signal })
    try {
      return await work(shell)
    } finally {
      await shell.close()
    }
  }
  /** Whatever is done may be done again: a lost connection leaves it done or not, never half. */
  const patiently = async <T>(
    work: (shell: Shell) => Promise<T>,
    { signal }: CallOptions = {},
    mayHelp: (error: unknown, attempt: number) => boolean = isTransient,
  ): Promise<T> => {
    for (let attempt = 1, pause = 500; ; attempt++, pause = Math.min(longestPause, pause * 2)) {
      try {
        return await visit(work, signal)
      } catch (error) {
        throwIfAborted(signal)
        if (!mayHelp(error, attempt)) throw error
        await clock.sleep(pause, signal)
      }
    }
  }
  const script = async (shell: Shell, text: string, ...words: readonly string[]): Promise<Answer> => {
    const answer = await shell.run(['sh', '-c', text, 'sh', folder, ...words])
    if (answer.status === scripts.statuses.busy)
      throw new Problem(`Cannot change a run on "${host}": another command has been at it for 30 s`)
    return answer
  }

  const look = async (shell: Shell): Promise<Found> => {
    const answer = await script(shell, scripts.list)
    demandSuccess(answer, `Cannot list the runs on "${host}"`)
    const [seconds, ...lines] = answer.lines
    return { now: Number(seconds) * 1000, runs: lines.flatMap(runOfLine) }
  }

  const machineOf = ({ name, type: of, marks }: SshMachineFile): Machine => {
    return { id: marks.run, name, zone: host, type: of, marks, state: 'running', address }
  }

  const offer = async (shell: Shell): Promise<Offer> => {
    const answer = await script(shell, scripts.facts)
    demandSuccess(answer, `Cannot ask what "${host}" has`)
    const [cpus = 0, memory = 0, gpus = 0] = answer.lines.map(Number)
    const { runs } = await look(shell)
    const availability = runs.length < atOnce ? 'available' : 'none'
    const price = { perUnit: 0, unit: 'minute', volumePerHour: 0, addressPerHour: 0 } as const
    return { provider: 'ssh', type, zone: host, cpus, memory, gpus, availability, price }
  }

  const make = async (shell: Shell, order: Order, name: string): Promise<Machine> => {
    const { marks } = order
    const key = order.authorizedKey.trim()
    if (key !== '' && !keyForm.test(key))
      throw new Misuse(`Cannot let a key in on "${host}": wanted one line "ssh-ed25519 …"`)
    const { now } = await look(shell)
    const file: SshMachineFile = { format: 'chestnut.ssh-machine/1', name, type, created: now, marks }
    const end = String(Math.ceil(marks.limit / 1000))
    const words = [marks.run, String(atOnce), JSON.stringify(file), authorizedKeys, key, end]
    const answer = await script(shell, scripts.create, ...words)
    if (answer.status === scripts.statuses.full)
      throw new OutOfStock(type, host, { next: 'chestnut machines list shows whose runs are there' })
    demandSuccess(answer, `Cannot make the folder of a run on "${host}"`)
    return machineOf(parseSshMachineFile(answer.lines.join('\n')))
  }

  const find = (run: string, call?: CallOptions): Promise<Machine | undefined> => {
    checkRun(run)
    return patiently(async shell => {
      const file = (await look(shell)).runs.find(one => one.run === run)?.file
      return file && machineOf(file)
    }, call)
  }

  return {
    name: 'ssh',
    now: call => patiently(async shell => (await look(shell)).now, call),
    offers: (need, call) => patiently(async shell => [await offer(shell)].filter(one => fits(one, need)), call),
    create: async (order, call) => {
      const name = checkOrder(order)
      return await patiently(shell => make(shell, order, name), call)
    },
    find,
    list: call => patiently(async shell => (await look(shell)).runs.map(one => resourceOf(one, host)), call),
    renew: (run, deadline, call) =>
      patiently(async shell => {
        const file = (await look(shell)).runs.find(one => one.run === run)?.file
        if (file === undefined) return
        const marks = { ...file.marks, deadline: Math.min(deadline, file.marks.limit) }
        const answer = await script(shell, scripts.rewrite, run, JSON.stringify({ ...file, marks }))
        demandSuccess(answer, `Cannot move the deadline of a run on "${host}"`)
      }, call),
    destroy: async (run, call) => {
      checkRun(run)
      await patiently(
        async shell => {
          const answer = await script(shell, scripts.destroy, run, authorizedKeys)
          if (answer.status === scripts.statuses.alive)
            throw new Problem(`Cannot end run "${run}" on "${host}": some of its processes cannot be killed`)
          demandSuccess(answer, `Cannot end run "${run}" on "${host}"`)
          const left = (await look(shell)).runs.some(one => one.run === run)
          if (left) throw new Problem(`Cannot end run "${run}" on "${host}": its folder is still there`)
        },
        call,
        isNoOnesFault,
      )
    },
  }
}

/** For all calls but a destruction. */
function isTransient(error: unknown, attempt: number): boolean {
  return error instanceof LinkLost && attempt < attempts
}

/** A destruction goes on until it is done, unless a person has to mend something first. */
function isNoOnesFault(error: unknown): boolean {
  const needsSomeone = error instanceof WrongHostKey || error instanceof LoginRefused || error instanceof Misuse
  return error instanceof Problem && !needsSomeone
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Misuse(`Cannot read the private key "${path}": ${systemCode(error) ?? 'it failed'}`, { cause: error })
  }
}

interface Found {
  /** Milliseconds since 1970 on the machine's clock. */
  readonly now: number
  readonly runs: readonly Run[]
}

interface Run {
  readonly run: string
  /** Undefined where the folder was begun, or is all that is left. */
  readonly file: SshMachineFile | undefined
}

function runOfLine(line: string): readonly Run[] {
  const [, run, text] = /^([0-9a-f]{12}) (.*)$/.exec(line) ?? []
  if (run === undefined || text === undefined) return []
  return [{ run, file: text === 'null' ? undefined : parseSshMachineFile(text) }]
}

function resourceOf({ run, file }: Run, host: string): Resource {
  if (file === undefined) {
    const name = machineName('machine', run, 'folder')
    return { kind: 'volume', id: run, name, zone: host, marks: undefined, state: 'left', created: 0, pricePerHour: 0 }
  }
  const { name, marks, created } = file
  return { kind: 'server', id: run, name, zone: host, marks, state: 'running', created, pricePerHour: 0 }
}
