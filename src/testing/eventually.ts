import { Problem } from '../core/index.ts'

/**
 * Asks again, in real time, until there is an answer: anything but false.
 *
 * @param seconds until it is given up. Default 30: only a test that fails waits so long
 */
export async function eventually<T>(ask: () => T | false | Promise<T | false>, seconds = 30): Promise<T> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
    const answer = await ask()
    if (answer !== false) return answer
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  throw new Problem(`It did not come true within ${seconds} s`)
}
