import { StringDecoder } from 'node:string_decoder'

/** Lines of a stream of UTF-8; the last one also without its line end. */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream) {
    const parts = decoder.write(Buffer.from(chunk)).split('\n')
    parts[0] = rest + parts[0]
    rest = parts.pop()!
    yield* parts
  }
  rest += decoder.end()
  if (rest !== '') yield rest
}
