import { spawn } from 'node:child_process'
import { Problem, throwIfAborted } from '../core/index.ts'

export interface RunOptions {
  /** What it writes to standard error, as it comes. */
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Runs a program to its end and gives what it wrote. @throws Problem with its last words when it fails */
export async function runProgram(
  [program = '', ...words]: readonly string[],
  { onLine, signal }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  })
  let out = ''
  let last: string[] = []
  const hear = (chunk: Buffer): void => {
    const lines = String(chunk)
      .split(/\r?\n/)
      .filter(line => line.trim() !== '')
    for (const line of lines) onLine?.(line)
    last = [...last, ...lines].slice(-5)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    out += String(chunk)
    hear(chunk)
  })
  child.stderr.on('data', hear)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', error => (signal?.aborted ? resolve(null) : reject(error)))
    child.once('close', resolve)
  })
  throwIfAborted(signal)
  if (code !== 0) {
    const command = [program, words[0]].join(' ')
    throw new Problem(`Cannot make the image: "${command}" ended with ${code}, wanted 0\n${last.join('\n')}`)
  }
  return out
}

/** Whether a program is there and does what it is asked. */
export async function works(words: readonly string[]): Promise<boolean> {
  try {
    await runProgram(words)
    return true
  } catch {
    return false // not installed, or its daemon does not answer
  }
}
