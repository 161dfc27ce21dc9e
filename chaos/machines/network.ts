import http from 'node:http'
import type { Random } from '../../src/core/index.ts'
import type { Task } from './actor.ts'
import type { LockstepClock } from './lockstep-clock.ts'
import type { KillPlan } from './plan.ts'
import { type Said, say } from './said.ts'
import { callName } from './targets.ts'

/** Headers that tell the fake what time it is, that of the one process that runs; what it calls; and when it is to be killed. */
export const timeHeader = 'x-lockstep-now'
export const callHeader = 'x-chaos-call'
export const killHeader = 'x-chaos-kill'

/** Milliseconds after which a call is given up, as long as by default. */
const longest = 30_000

/** The network of one process: calls take their time, get no answer, or cost the process its life, as the plan says. */
export function faultyNetwork(task: Task, clock: LockstepClock, draw: Random): typeof fetch {
  const { epoch, plan, own, folder } = task
  const { kill, partition, hang } = own
  const named = new Map<string, number>()
  let calls = 0
  let cutUntil = 0
  const struck = (what: string): void => say(folder, { kind: 'struck', what })
  const cut = (lasting: number, when: string): void => {
    cutUntil = clock.now() + lasting
    struck(`partition, ${when}`)
  }
  const isLost = (): boolean => {
    const silent = isSilent(plan.outage, clock.now() - epoch)
    if (silent) struck('outage, silence')
    return silent || clock.now() < cutUntil
  }
  return async (input, init) => {
    const signal = init?.signal ?? undefined
    const request = input instanceof Request ? input : new Request(input, { ...init, signal: null })
    const call = ++calls
    const name = await nameOf(request, clock)
    const nth = (named.get(name) ?? 0) + 1
    named.set(name, nth)
    const doom = kill?.call === name && kill.nth === nth ? kill.when : undefined
    if (doom === 'unsent') die(folder, { call: name, when: doom })
    await clock.sleep(latency(draw), signal)
    if (call === partition?.call && partition.when === 'sending') cut(partition.lasting, 'sending')
    const isHung = hang !== undefined && call >= hang.call && call < hang.call + hang.calls
    if (isHung) struck(`hang, ${hang.when}`)
    if (isLost() || (isHung && hang.when === 'sending')) return unanswered(clock, signal)
    // Whoever stops waiting does so in lockstep, not in the middle of this.
    const response = await clock.during(() => ask(request, clock.now(), name, doom))
    if (call === partition?.call && partition.when === 'answering') cut(partition.lasting, 'answering')
    if (isLost() || isHung) return unanswered(clock, signal)
    if (doom === 'answered') die(folder, { call: name, when: doom })
    await clock.sleep(latency(draw), signal)
    return response
  }
}

/** The body is looked at only where it tells more than the path. */
async function nameOf(request: Request, clock: LockstepClock): Promise<string> {
  const { method, url } = request
  return callName(method, url, url.endsWith('/action') ? await clock.during(() => request.clone().text()) : '')
}

/** With the whole of its body: nothing is under way afterwards. One connection, which is closed when the process dies. */
async function ask(request: Request, now: number, name: string, doom: KillPlan['when'] | undefined): Promise<Response> {
  const { method, url } = request
  const body = await request.text()
  const told = { [timeHeader]: String(now), [callHeader]: name, ...(doom === undefined ? {} : { [killHeader]: doom }) }
  const headers = { ...Object.fromEntries(request.headers), ...told }
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => reject(new TypeError('fetch failed', { cause }))
    const asked = http.request(url, { method, headers, agent }, answer => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', failed)
      answer.once('end', () => {
        const whole = Buffer.concat(parts)
        const received = Object.entries(answer.headers).flatMap(([key, value]) =>
          typeof value === 'string' ? [[key, value] as [string, string]] : [],
        )
        resolve(new Response(whole.length === 0 ? null : whole, { status: answer.statusCode ?? 0, headers: received }))
      })
    })
    asked.once('error', failed)
    asked.end(body)
  })
}

// Node's own "fetch" takes several times as long.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** As Node's own time-out ends a call. */
async function unanswered(clock: LockstepClock, signal: AbortSignal | undefined): Promise<never> {
  await clock.sleep(longest, signal)
  throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
}

function isSilent(outage: Task['plan']['outage'], time: number): boolean {
  return outage !== undefined && outage.kind === 'silence' && time >= outage.from && time < outage.to
}

/** Milliseconds one way: now and then seconds. */
function latency(draw: Random): number {
  const share = draw.uniform()
  return share < 0.01 ? 3_000 * draw.uniform() : 5 + 60 * draw.uniform()
}

function die(folder: string, at: Extract<Said, { kind: 'killed' }>['at']): void {
  say(folder, { kind: 'killed', at })
  process.kill(process.pid, 'SIGKILL')
}
