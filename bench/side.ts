import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * One side of a benchmark: a process that works when it is its turn. It says "ready" when all is loaded; then it answers each line
 * with numbers.
 */
export interface Side {
  /** A turn in whatever words the side knows. @returns its numbers */
  ask(words: string): Promise<readonly number[]>
  /** A turn of so many steps, answered by their seconds and the peak of memory in bytes. */
  take(steps: number): Promise<Turn>
  /** Lets the process end by itself. */
  end(): Promise<void>
}

export interface Turn {
  readonly seconds: number
  /** The most that the process ever held, in bytes. */
  readonly peak: number
}

export async function openSide(command: string, words: readonly string[], threads: number): Promise<Side> {
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' },
  })
  const ended = endOf(child, [command, ...words].join(' '))
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const line = await Promise.race([lines.next(), ended.then(() => ({ done: true, value: '' }))])
    if (line.done) throw new Error('A side of the benchmark ended before its turn was over')
    return line.value
  }
  if ((await answer()) !== 'ready') throw new Error('A side of the benchmark did not get ready')
  const ask = async (words: string): Promise<readonly number[]> => {
    child.stdin!.write(`${words}\n`)
    return (await answer()).split(' ').map(Number)
  }
  return {
    ask,
    async take(steps) {
      const [seconds = 0, peak = 0] = await ask(String(steps))
      return { seconds, peak }
    },
    async end() {
      child.stdin!.end()
      await ended
    },
  }
}

function endOf(child: ChildProcess, words: string): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${words} ended with ${code}`))))
  })
  ended.catch(() => undefined) // seen by whoever waits for an answer, or for the end
  return ended
}
