/** Reads a text line by line. */
export interface LineReader {
  /**
   * The next line. Unlike the lines of `split`, it lives only as long as it is used, which for a hundred thousand lines
   * saves the garbage collector more time than all else takes.
   */
  next(): string
  /** Passes over the next line. */
  skip(): void
}

export function lineReader(text: string): LineReader {
  let position = 0
  const skip = (): void => {
    const end = text.indexOf('\n', position)
    position = end === -1 ? text.length + 1 : end + 1
  }
  return {
    next: () => {
      const start = position
      skip()
      return text.slice(start, position - 1)
    },
    skip,
  }
}

/** Puts a long text together from many short ones. */
export interface TextWriter {
  write(text: string): void
  /** What was written. */
  text(): string
}

/** So many texts are put together at a time: garbage that is collected early is cheap. */
const together = 256

export function textWriter(): TextWriter {
  const joined: string[] = []
  let latest: string[] = []
  const join = (): void => {
    joined.push(latest.join(''))
    latest = []
  }
  return {
    write: text => {
      if (latest.push(text) === together) join()
    },
    text: () => {
      join()
      return joined.join('')
    },
  }
}
