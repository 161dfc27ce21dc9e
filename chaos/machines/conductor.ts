import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { throwIfAborted } from '../../src/core/index.ts'
import type { Task } from './actor.ts'
import { crashed } from './crashed.ts'
import type { Baton, Rest } from './lockstep-clock.ts'

interface Player {
  readonly name: string
  readonly child: ChildProcess
  /** Undefined: never by itself. */
  wake: number | undefined
  isGone: boolean
  readonly ended: Promise<void>
}

interface Event {
  readonly at: number
  readonly apply: () => void | Promise<void>
  readonly isIdle: boolean
}

/**
 * Keeps the time of several processes: it stands still while one of them runs, and goes on to whatever is to happen next. A process
 * counts from its start on, before it has loaded anything, until it has ended, however it ends.
 */
export class Conductor {
  #time: number
  #events: Event[] = []
  #players: Player[] = []
  #holder: Player | undefined
  readonly #printed: string[] = []
  readonly #broken: string[] = []
  readonly #signal: AbortSignal | undefined

  /** @param signal ends `play` */
  constructor(time: number, signal?: AbortSignal) {
    this.#time = time
    this.#signal = signal
  }

  /** Milliseconds since 1970, of the process that runs. */
  now(): number {
    return this.#time
  }

  /** The process that runs says how late it is. */
  hear(time: number): void {
    this.#time = Math.max(this.#time, time)
  }

  get holder(): { readonly name: string; readonly pid: number } | undefined {
    const { name, child } = this.#holder ?? {}
    return name === undefined || child?.pid === undefined ? undefined : { name, pid: child.pid }
  }

  /** What the processes that have ended printed. */
  get printed(): readonly string[] {
    return this.#printed
  }

  get isAnybodyThere(): boolean {
    return this.#players.some(({ isGone }) => !isGone)
  }

  /** Processes that ended by an error that is no sentence, and those that would never have ended. */
  get broken(): readonly string[] {
    return this.#broken
  }

  /** @param isIdle for those who are there: when nobody is, and nobody will be, it does not happen */
  at(time: number, apply: Event['apply'], isIdle: boolean = false): void {
    this.#events.push({ at: time, apply, isIdle })
  }

  /**
   * @param script of this folder, such as "controller.js"
   * @param ended is told of its end: whether it was killed
   * @returns once it has loaded what it needs
   */
  async start(script: string, task: Task, ended: (wasKilled: boolean) => void = () => undefined): Promise<void> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
      env: { ...process.env, CHAOS: JSON.stringify(task) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C of the person who watches is not for them.
      detached: true,
    })
    let printed = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const end = new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => {
        player.isGone = true
        if (child.exitCode === crashed) this.#broken.push(`${task.name} crashed`)
        if (printed !== '') this.#printed.push(printed.trimEnd())
        ended(child.signalCode !== null)
        resolve()
      })
    })
    const player: Player = { name: task.name, child, wake: undefined, isGone: false, ended: end }
    this.#players.push(player)
    await this.#turnOf(player)
  }

  /** Ctrl-C for one that is still there. @returns whether it was */
  async interrupt(name: string): Promise<boolean> {
    const player = this.#players.find(one => one.name === name && !one.isGone)
    if (player === undefined) return false
    await this.#lend(player, { now: this.#time, until: this.#time, interrupt: true })
    return true
  }

  /** kill -9 for all that are still there. */
  async killAll(): Promise<void> {
    const left = this.#players.filter(({ isGone }) => !isGone)
    for (const { child, name, wake } of left) {
      if (wake === undefined) this.#broken.push(`${name} was stuck`)
      child.kill('SIGKILL')
    }
    await Promise.all(left.map(({ ended }) => ended))
  }

  /** Until everybody has ended, or nobody would ever go on. */
  async play(): Promise<void> {
    while (this.isAnybodyThere || this.#events.some(({ isIdle }) => !isIdle)) {
      throwIfAborted(this.#signal)
      const event = earliest(this.#events, ({ at }) => at)
      const awake = this.#players.filter(({ isGone, wake }) => !isGone && wake !== undefined)
      const player = earliest(awake, ({ wake }) => wake!)
      const wake = player?.wake ?? Number.POSITIVE_INFINITY
      if (event !== undefined && event.at <= wake) {
        this.#events = this.#events.filter(one => one !== event)
        this.hear(event.at)
        await event.apply()
      } else if (player !== undefined) {
        this.hear(wake)
        const others = awake.filter(one => one !== player).map(one => one.wake!)
        await this.#lend(player, {
          now: this.#time,
          until: Math.min(event?.at ?? Number.POSITIVE_INFINITY, ...others, never),
        })
      } else return
    }
  }

  async #lend(player: Player, baton: Baton): Promise<void> {
    this.#holder = player
    player.child.send(baton, () => undefined) // one that is dead is noticed by its end
    await this.#turnOf(player)
    this.#holder = undefined
  }

  /** Until it rests, or has ended. */
  async #turnOf(player: Player): Promise<void> {
    let hear = (_rest: Rest): void => undefined
    const rested = new Promise<void>(resolve => {
      hear = ({ wake }) => {
        player.wake = wake ?? undefined
        resolve()
      }
    })
    player.child.once('message', hear)
    await Promise.race([rested, player.ended])
    player.child.off('message', hear)
  }
}

/** JSON knows no infinity. */
const never = Number.MAX_SAFE_INTEGER

function earliest<T>(items: readonly T[], timeOf: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (first, one) => (first !== undefined && timeOf(first) <= timeOf(one) ? first : one),
    undefined,
  )
}
