/**
 * Makes the next item while the last one is being used: one ahead, in order. An error waits for its turn. When the reader stops
 * early, the item that is being made is awaited, so that nothing goes on behind its back.
 */
export async function* prefetch<From, To>(
  items: Iterable<From>,
  make: (item: From) => Promise<To>,
): AsyncGenerator<To, void, void> {
  let ahead: Promise<To> | undefined
  try {
    for (const item of items) {
      const ready = ahead
      ahead = make(item)
      // Seen when its turn comes; without this Node would call the rejection unhandled until then.
      ahead.catch(() => undefined)
      if (ready !== undefined) yield await ready
    }
    const last = ahead
    ahead = undefined
    if (last !== undefined) yield await last
  } finally {
    await ahead?.catch(() => undefined)
  }
}
