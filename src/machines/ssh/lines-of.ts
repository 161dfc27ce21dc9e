import { StringDecoder } from 'node:string_decoder'

/**
 * Lines of a stream of UTF-8.
 *
 * @param unfinished whether what follows the last line end is a line too, and not something that was cut
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array | string>,
  unfinished: boolean,
): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream) {
    const parts = decoder.write(Buffer.from(chunk)).split('\n')
    parts[0] = rest + parts[0]
    rest = parts.pop()!
    yield* parts
  }
  rest += decoder.end()
  if (unfinished && rest !== '') yield rest
}
