import { type Clock, isJsonObject, Problem, Refusal, systemCode } from '../core/index.ts'
import { encodePng, goldenPhantoms } from '../imaging/index.ts'
import type { ReleaseRecord } from './release.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface GoldenQuestion {
  readonly url: string
  readonly release: Pick<ReleaseRecord, 'name' | 'golden' | 'goldenTolerance'>
  readonly fetch: Fetch
  readonly clock: Clock
  /** Milliseconds in which the address must answer at all: a certificate may have to be fetched first. */
  readonly atMost: number
  readonly signal?: AbortSignal | undefined
  /** What to look at when nothing answers. */
  readonly next: string
}

/**
 * Sends the drawn films of a model through the public address, as anybody would, and compares the answers with those that the model
 * gave where it was made.
 *
 * @returns how many films were asked about
 * @throws Refusal when the address does not answer in time, or another model does
 */
export async function checkGoldenAnswers(question: GoldenQuestion): Promise<number> {
  const { golden, goldenTolerance, name } = question.release
  const films = goldenPhantoms(Math.max(...golden.map(({ phantom }) => phantom)) + 1)
  for (const { phantom, probabilities } of golden) {
    const found = await answerTo(question, await encodePng(films[phantom]!))
    const refusal = (what: string): Refusal =>
      new Refusal(`Cannot let "${name}" answer at "${question.url}": golden film ${phantom} gets ${what}`, {
        next: question.next,
      })
    if (found.length !== probabilities.length) {
      throw refusal(`${found.length} findings, ${probabilities.length} were wanted: is it another program's answer?`)
    }
    const far = probabilities.findIndex((wanted, k) => !(Math.abs(found[k]! - wanted) <= goldenTolerance))
    if (far !== -1) throw refusal(`${found[far]!.toFixed(4)}, ${probabilities[far]!.toFixed(4)} was wanted`)
  }
  return golden.length
}

async function answerTo(
  { url, fetch, clock, atMost, signal, release, next }: GoldenQuestion,
  film: Uint8Array,
): Promise<readonly number[]> {
  const end = clock.now() + atMost
  for (;;) {
    const body = await ask(fetch, url, film, signal)
    if (Array.isArray(body)) return body
    if (clock.now() >= end) {
      throw new Refusal(`Cannot let "${release.name}" answer at "${url}": ${body} for ${atMost / 1000} s`, { next })
    }
    await clock.sleep(250, signal)
  }
}

/** The probabilities of the answer, or what stands in the way. */
async function ask(
  fetch: Fetch,
  url: string,
  film: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<number[] | string> {
  const headers = { 'content-type': 'image/png', accept: 'application/json' }
  const timeout = AbortSignal.timeout(30_000)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(film),
      headers,
      redirect: 'error',
      signal: either,
    })
    if (!answer.ok) return `it says ${answer.status}`
    return probabilitiesOf(await answer.json())
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof Problem) throw error
    const code = systemCode(error instanceof Error ? error.cause : undefined) ?? systemCode(error)
    return `nothing that is understood comes back${code === undefined ? '' : ` (${code})`}`
  }
}

function probabilitiesOf(body: unknown): number[] {
  const findings = isJsonObject(body) ? body['findings'] : undefined
  if (!Array.isArray(findings)) return []
  return findings.map(finding => (isJsonObject(finding) ? Number(finding['probability']) : Number.NaN))
}
