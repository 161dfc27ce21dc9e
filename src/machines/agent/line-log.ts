import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { LogLine } from './log-line.ts'

/** Characters after which a line is broken, so that one without an end cannot fill the memory. */
const longestLine = 64 * 1024

export interface LineLog {
  /** How many lines there are. */
  count(): number
  /** Bytes as they come from one stream of the job. */
  write(stream: 'out' | 'err', chunk: Uint8Array): void
  say(text: string): void
  /** Writes what has no line end yet. */
  close(): void
}

/**
 * Numbers lines and appends them to a new file, in the order of their coming. What does not fit on the disk any more throws: the
 * lines before it are there whole and counted, of the others there is nothing.
 */
export function openLineLog(path: string, now: () => number): LineLog {
  const file = openSync(path, 'wx')
  const streams = { out: unfinished(), err: unfinished() }
  let count = 0
  let size = 0
  const append = (stream: LogLine['stream'], texts: readonly string[]): void => {
    const lines = texts.map((text, i): LogLine => {
      return { format: 'chestnut.log-line/1', number: count + i + 1, time: now(), stream, text }
    })
    const bytes = Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    let at = 0
    try {
      while (at < bytes.length) at += writeSync(file, bytes, at)
    } finally {
      const whole = bytes.subarray(0, bytes.subarray(0, at).lastIndexOf(newline) + 1)
      if (whole.length < at) ftruncateSync(file, size + whole.length)
      count += whole.filter(byte => byte === newline).length
      size += whole.length
    }
  }
  return {
    count: () => count,
    write: (stream, chunk) => append(stream, streams[stream].push(chunk)),
    say: text => append('agent', [text]),
    close: () => {
      for (const stream of ['out', 'err'] as const) append(stream, streams[stream].rest())
      closeSync(file)
    },
  }
}

const newline = 10

function unfinished(): { push(chunk: Uint8Array): readonly string[]; rest(): readonly string[] } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    push: chunk => {
      const parts = (rest + decoder.write(Buffer.from(chunk))).split('\n')
      rest = parts.pop()!
      const lines = parts.flatMap(broken)
      while (rest.length > longestLine) {
        lines.push(rest.slice(0, longestLine))
        rest = rest.slice(longestLine)
      }
      return lines
    },
    rest: () => {
      const last = rest + decoder.end()
      rest = ''
      return last === '' ? [] : broken(last)
    },
  }
}

function broken(line: string): readonly string[] {
  const pieces = Math.max(1, Math.ceil(line.length / longestLine))
  return Array.from({ length: pieces }, (_, i) => line.slice(i * longestLine, (i + 1) * longestLine))
}
