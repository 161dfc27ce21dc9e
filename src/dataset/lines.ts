/**
 * Reads a text line by line. Unlike the lines of `split`, each lives only as long as it is used, which for a hundred
 * thousand lines saves the garbage collector more time than all else takes.
 */
export function lineReader(text: string): () => string {
  let position = 0
  return () => {
    const end = text.indexOf('\n', position)
    const line = end === -1 ? text.slice(position) : text.slice(position, end)
    position = end === -1 ? text.length : end + 1
    return line
  }
}

/** Puts a long text together from many pieces, joining some thousands at a time for the same reason. */
export interface TextWriter {
  write(...pieces: readonly string[]): void
  /** What was written. */
  text(): string
}

const pieceLimit = 4096

export function textWriter(): TextWriter {
  const joined: string[] = []
  let pieces: string[] = []
  const join = (): void => {
    joined.push(pieces.join(''))
    pieces = []
  }
  return {
    write: (...added) => {
      pieces.push(...added)
      if (pieces.length > pieceLimit) join()
    },
    text: () => {
      join()
      return joined.join('')
    },
  }
}
