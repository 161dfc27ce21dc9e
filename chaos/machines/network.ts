import http from 'node:http'
import type { Random } from '../../src/core/index.ts'
import type { Task } from './actor.ts'
import type { LockstepClock } from './lockstep-clock.ts'

/** Headers that tell the fake what time it is: that of the one process that runs. */
export const timeHeader = 'x-lockstep-now'

/** Milliseconds after which a call is given up, as long as by default. */
const longest = 30_000

/** The network of one process: calls take their time, get no answer, or cost the process its life, as the plan says. */
export function faultyNetwork({ epoch, plan, own }: Task, clock: LockstepClock, draw: Random): typeof fetch {
  const { kill, partition, hang } = own
  let calls = 0
  let cutUntil = 0
  const isCut = (): boolean => clock.now() < cutUntil || isSilent(plan.outage, clock.now() - epoch)
  return async (input, init) => {
    const signal = init?.signal ?? undefined
    const call = ++calls
    if (call === kill?.call && kill.when === 'unsent') die()
    await clock.sleep(latency(draw), signal)
    if (call === partition?.call && partition.when === 'sending') cutUntil = clock.now() + partition.lasting
    const isHung = hang !== undefined && call >= hang.call && call < hang.call + hang.calls
    if (isCut() || (isHung && hang.when === 'sending')) return unanswered(clock, signal)
    // Whoever stops waiting does so in lockstep, not in the middle of this.
    const response = await clock.during(() =>
      ask(input instanceof Request ? input : new Request(input, { ...init, signal: null }), clock.now()),
    )
    if (call === partition?.call && partition.when === 'answering') cutUntil = clock.now() + partition.lasting
    if (isCut() || isHung) return unanswered(clock, signal)
    if (call === kill?.call && kill.when === 'answered') die()
    await clock.sleep(latency(draw), signal)
    return response
  }
}

/** With the whole of its body: nothing is under way afterwards. One connection, which is closed when the process dies. */
async function ask(request: Request, now: number): Promise<Response> {
  const { method, url } = request
  const body = await request.text()
  const headers = { ...Object.fromEntries(request.headers), [timeHeader]: String(now) }
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => reject(new TypeError('fetch failed', { cause }))
    const asked = http.request(url, { method, headers, agent }, answer => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', failed)
      answer.once('end', () => {
        const whole = Buffer.concat(parts)
        const received = Object.entries(answer.headers).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name, value] as [string, string]] : [],
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

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
