/** Takes a stream of bytes apart, a piece after the other. */
export interface ByteReader {
  /** Fills a part of memory. @returns false when the stream ends before */
  fill(target: Uint8Array): Promise<boolean>
  /** The next bytes up to a line feed, which is taken too; undefined when there is none among so many. */
  line(most: number): Promise<Uint8Array | undefined>
  /** What is left, as it comes. */
  rest(): AsyncGenerator<Uint8Array, void, void>
  close(): Promise<void>
}

const lineFeed = 10

export function byteReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader()
  let piece: Uint8Array = new Uint8Array(0)

  /** @returns whether there are bytes in `piece` */
  const more = async (): Promise<boolean> => {
    while (piece.length === 0) {
      const next = await reader.read()
      if (next.done) return false
      piece = next.value
    }
    return true
  }
  return {
    async fill(target) {
      for (let filled = 0; filled < target.length; ) {
        if (!(await more())) return false
        const part = piece.subarray(0, target.length - filled)
        target.set(part, filled)
        filled += part.length
        piece = piece.subarray(part.length)
      }
      return true
    },
    async line(most) {
      const parts: Uint8Array[] = []
      for (let length = 0; length <= most && (await more()); ) {
        const end = piece.indexOf(lineFeed)
        const part = end === -1 ? piece : piece.subarray(0, end)
        parts.push(part)
        length += part.length
        piece = piece.subarray(part.length + (end === -1 ? 0 : 1))
        if (end !== -1) return length <= most ? Buffer.concat(parts) : undefined
      }
      return undefined
    },
    async *rest() {
      while (await more()) {
        const part = piece
        piece = new Uint8Array(0)
        yield part
      }
    },
    close: () => reader.cancel(),
  }
}
