import { throwIfAborted } from './errors.ts'

/**
 * Works on all items, at most `atMost` of them at once, in their order. After the first failure nothing new is begun; what
 * is under way is waited for.
 *
 * @throws the first failure, or `Interrupted` once the signal is aborted.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atMost: number,
  work: (item: T, index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        throwIfAborted(signal)
        await work(items[index]!, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atMost, items.length) }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
