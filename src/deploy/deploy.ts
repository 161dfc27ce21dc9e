import { type Clock, Problem } from '../core/index.ts'
import { checkGoldenAnswers, type Fetch } from './golden-answers.ts'
import { type Layout, layout, type Slot, slots } from './layout.ts'
import { connections, type LiveSlot, liveSlot, nameSlot, releaseIn, switchTo } from './live-slot.ts'
import { placeRelease, prune, type Release, type ReleaseRecord, readRecord } from './release.ts'
import { askScript, runScript } from './run-script.ts'
import { secretsFile, writeSecrets } from './secrets.ts'
import type { Shell } from './shell.ts'
import { type Public, publicUrl, siteOf, withProxy } from './site.ts'
import type { Supervisor } from './supervisor.ts'
import { until } from './until.ts'
import { withLock } from './with-lock.ts'

/** A machine, and what of it is handed in. */
export interface Target {
  readonly shell: Shell
  readonly supervisor: Supervisor
  /** The folder of everything on the machine, such as `/opt/chestnut`. */
  readonly root: string
  readonly public: Public
  /** Asks the public address. Default: the platform's `fetch`. */
  readonly fetch?: Fetch
  readonly clock: Clock
  /** Told of each step, for a person. */
  readonly onStep?: (text: string) => void
  /** Milliseconds in which a new server must be ready. Default 120,000. */
  readonly readyWithin?: number
  /** Milliseconds in which the public address must answer. Default 120,000 with TLS, 20,000 without. */
  readonly publicWithin?: number
  readonly signal?: AbortSignal
}

export interface DeployOptions {
  readonly release: Release
  /** What the server finds in its environment. Left out, the machine keeps what it has. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Starts a new server even where this release answers already. */
  readonly force?: boolean
}

export interface Deployed {
  readonly format: 'chestnut.deployed/1'
  readonly outcome: 'deployed' | 'unchanged' | 'rolled back'
  readonly url: string
  readonly name: string
  readonly digest: string
  /** What answered before. */
  readonly before: string | undefined
  /** Drawn films that were asked about through the public address. */
  readonly golden: number
}

/**
 * Puts a release on a machine and lets it answer. The server that is there goes on answering until the new one has loaded its model,
 * and again if the new one then answers wrongly; no request is lost by the switch.
 *
 * @throws Refusal when the new server is not ready in time, or answers the golden films wrongly through the public address
 */
export function deploy(target: Target, options: DeployOptions): Promise<Deployed> {
  return atWork(target, async places => {
    const { shell, clock } = target
    const { release, secrets, force = false } = options
    const old = await liveSlot(shell, places)
    if (release.golden.length === 0) throw new Problem(`Cannot deploy "${release.name}": it carries no golden answers`)
    if (secrets !== undefined) await writeSecrets(shell, places, secrets)
    const isLive = old?.digest === release.digest && (await target.supervisor.isRunning(serviceOf(old.slot)))
    if (isLive && !force && secrets === undefined) {
      const record = await readRecord(shell, places, release.digest)
      if (record !== undefined) return stay(target, places, record, old.slot)
    }
    step(target, `Putting ${release.name} on the machine`)
    const deployed = new Date(clock.now()).toISOString()
    const before = old?.digest === release.digest ? undefined : old?.digest
    const record = await placeRelease(shell, places, release, { deployed, before })
    return replace(target, places, { record, old, outcome: 'deployed' })
  })
}

/** Lets the release answer that answered before the present one; again and again, as far back as releases are kept. */
export function rollback(target: Target): Promise<Deployed> {
  return atWork(target, async places => {
    const { shell } = target
    const old = await liveSlot(shell, places)
    if (old === undefined) throw new Problem('Cannot roll back: nothing is deployed there', { next: 'chestnut deploy' })
    const { before, name } = (await readRecord(shell, places, old.digest)) ?? {}
    const record = before === undefined ? undefined : await readRecord(shell, places, before)
    if (record === undefined) {
      throw new Problem(`Cannot roll back from "${name ?? old.digest}": the release before it is not kept`, {
        next: 'chestnut deploy --model NAME@VERSION',
      })
    }
    return replace(target, places, { record, old, outcome: 'rolled back' })
  })
}

async function atWork(target: Target, work: (places: Layout) => Promise<Deployed>): Promise<Deployed> {
  const { shell, supervisor, clock } = target
  const places = layout(target.root)
  // What the proxy cannot do is refused before anything is done.
  target.public.proxy.config(siteOf(places, supervisor, target.public))
  return withLock(shell, places, clock, async () => {
    const script = 'umask 022; mkdir -p "$1" "$2"; mkdir -p -m 700 "$3"'
    await runScript(shell, 'make the folders', script, [places.releases, places.proxy, places.secrets])
    await supervisor.prepare([places.proxy, ...slots.map(places.slot)])
    return work(places)
  })
}

/** One release takes the place of another. */
interface Turn {
  readonly record: ReleaseRecord
  readonly slot: Slot
  readonly old: LiveSlot | undefined
  readonly outcome: Deployed['outcome']
}

/** Starts the release in the free slot, switches, asks, and only then ends the old one. */
async function replace(target: Target, places: Layout, turn: Omit<Turn, 'slot'>): Promise<Deployed> {
  const { record, old } = turn
  const slot = otherThan(old?.slot)
  step(target, `Starting ${record.name} in ${slot}`)
  const done = await takeOver(target, places, { ...turn, slot })
  // From here on the old server is not needed: whatever fails, the new one stays.
  if (old !== undefined) await drain(target, places, old.slot)
  await prune(target.shell, places, [record.digest, record.before])
  return done
}

async function takeOver(target: Target, places: Layout, turn: Turn): Promise<Deployed> {
  const { record, slot, old, outcome } = turn
  try {
    await startServer(target, places, record, slot)
    await switchTo(target.shell, places, slot)
    return await settle(target, places, record, outcome, old?.digest)
  } catch (error) {
    // What answered before answers again. Nothing did: the new server goes.
    await switchTo(target.shell, places, old?.slot)
    await drain(target, places, slot)
    throw error
  }
}

/**
 * What answers already goes on. A deployment that died after its switch left the server that answered before: it goes now, or answers
 * again if the new one is wrong.
 */
async function stay(target: Target, places: Layout, record: ReleaseRecord, slot: Slot): Promise<Deployed> {
  const { shell, supervisor } = target
  const other = otherThan(slot)
  const isLeft = await supervisor.isRunning(serviceOf(other))
  try {
    const done = await settle(target, places, record, 'unchanged')
    if (isLeft) await drain(target, places, other)
    return done
  } catch (error) {
    if (isLeft && record.before !== undefined && (await releaseIn(shell, places, other)) === record.before) {
      await switchTo(shell, places, other)
      await drain(target, places, slot)
    }
    throw error
  }
}

function otherThan(slot: Slot | undefined): Slot {
  return slot === 'blue' ? 'green' : 'blue'
}

async function startServer(target: Target, places: Layout, record: ReleaseRecord, slot: Slot): Promise<void> {
  const { shell, supervisor, clock, signal } = target
  const folder = places.release(record.digest)
  const socket = places.slotSocket(slot)
  const file = secretsFile(places)
  const secrets = (await askScript(shell, 'look for secrets', '[ -e "$1" ]', [file])) ? file : undefined
  await nameSlot(shell, places, { slot, digest: record.digest })
  const [program = '', ...words] = record.program.map(word =>
    word.startsWith('./') ? `${folder}/${word.slice(2)}` : word,
  )
  const model = `${folder}/${record.model}`
  await supervisor.start({
    name: serviceOf(slot),
    command: [program, ...words, 'serve', '--model', model, '--name', record.name, '--socket', socket],
    folder: places.slot(slot),
    writes: [places.slot(slot)],
    ...(secrets !== undefined && { secrets }),
  })
  const { readyWithin = 120_000 } = target
  const ready = await until(() => isReady(shell, program, socket), { clock, atMost: readyWithin, signal })
  if (ready) return
  throw new Problem(`Cannot start "${record.name}": it was not ready after ${readyWithin / 1000} s`, {
    next: supervisor.log(serviceOf(slot)),
  })
}

/** Asks the server itself, on the machine, with the Node that runs it. A server is ready once its model has been checked. */
async function isReady(shell: Shell, node: string, socketPath: string): Promise<boolean> {
  const ask = `require('node:http').get({ socketPath: process.argv[1], path: '/health/ready', timeout: 5000 }, answer => {
  process.exitCode = answer.statusCode === 200 ? 0 : 1; answer.resume() }).on('error', () => { process.exitCode = 1 })`
  return (await shell.run([node, '-e', ask, socketPath])).status === 0
}

/** The proxy in front, and the golden films through it. */
async function settle(
  target: Target,
  places: Layout,
  record: ReleaseRecord,
  outcome: Deployed['outcome'],
  before?: string,
): Promise<Deployed> {
  const { shell, supervisor, clock, signal, fetch = globalThis.fetch } = target
  const url = publicUrl(target.public)
  const atMost = target.publicWithin ?? (target.public.tls === undefined ? 20_000 : 120_000)
  const next = supervisor.log('proxy')
  const golden = await withProxy(shell, places, supervisor, target.public, async isStarted => {
    if (isStarted) step(target, `Started ${target.public.proxy.name} in front of it`)
    step(target, `Asking about drawn films at ${url}`)
    return checkGoldenAnswers({ url, release: record, fetch, clock, atMost, signal, next })
  })
  const { name, digest } = record
  return { format: 'chestnut.deployed/1', outcome, url, name, digest, before, golden }
}

/** Milliseconds that a server which nobody new is sent to has for what it began. */
const longestDrain = 60_000

/** Ends a server once two looks in a row find nobody connected to it. */
async function drain(target: Target, places: Layout, slot: Slot): Promise<void> {
  const { shell, supervisor, clock } = target
  let quiet = 0
  await until(
    async () => {
      quiet = (await connections(shell, places, slot)) === 0 ? quiet + 1 : 0
      return quiet === 2
    },
    { clock, atMost: longestDrain },
  )
  await supervisor.stop(serviceOf(slot))
}

function serviceOf(slot: Slot): string {
  return `server-${slot}`
}

function step({ onStep }: Target, text: string): void {
  onStep?.(text)
}
