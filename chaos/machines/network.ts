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
    const response = await clock.during(() => ask(input, init, clock.now()))
    if (call === partition?.call && partition.when === 'answering') cutUntil = clock.now() + partition.lasting
    if (isCut() || isHung) return unanswered(clock, signal)
    if (call === kill?.call && kill.when === 'answered') die()
    await clock.sleep(latency(draw), signal)
    return response
  }
}

/** With the whole of its body: nothing is under way afterwards. */
async function ask(input: Parameters<typeof fetch>[0], init: RequestInit | undefined, now: number): Promise<Response> {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set(timeHeader, String(now))
  // Whoever stops waiting does so in lockstep, not in the middle of this.
  const response = await fetch(new Request(input, { ...init, headers, signal: null }))
  const body = await response.arrayBuffer()
  const { status, headers: received } = response
  return new Response(body.byteLength === 0 ? null : body, { status, headers: received })
}

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
