import type { FakeClock } from './fake-clock.ts'

/** Moves a clock on, second by second, until work that waits by it has ended. @returns what the work gave */
export async function drive<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  for (let ended = false; !ended; ) {
    ended = await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      turn(),
    ])
    if (!ended) await clock.advance(1000)
  }
  return work
}

function turn(): Promise<false> {
  return new Promise(resolve => {
    setImmediate(() => resolve(false))
  })
}
