/**
 * Lets a training, or what is like it, come to its end.
 *
 * @param tell is told each event
 * @returns what it gives in the end, which `for await` passes over
 */
export async function toEnd<Event, Result>(
  events: AsyncGenerator<Event, Result, void>,
  tell: (event: Event) => void = () => undefined,
): Promise<Result> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
    tell(value)
  }
}
