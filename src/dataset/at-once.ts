/**
 * Works through items in order, `most` of them at once. After the first failure no further item is begun, those under way
 * end, and the failure is thrown.
 */
export async function atOnce<T>(
  items: readonly T[],
  most: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        await work(items[index]!, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker))
  const failure = ends.find(end => end.status === 'rejected')
  if (failure) throw failure.reason
}
