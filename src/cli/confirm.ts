import { createInterface } from 'node:readline/promises'
import { Interrupted, Misuse } from '../core/index.ts'

export interface Question {
  /** Ends the question. */
  readonly signal: AbortSignal
  /** True: the person has said yes already, by the flag "--yes". */
  readonly yes: boolean | undefined
  /** What did not happen without a yes, such as "nothing was rented". */
  readonly without: string
}

/**
 * The person's yes: by the flag, or typed.
 *
 * @throws Misuse where nobody can answer; Interrupted after any answer but yes, Ctrl-C and Ctrl-D among them
 */
export async function confirm(question: string, { signal, yes, without }: Question): Promise<void> {
  if (yes === true) return
  if (!process.stdin.isTTY) {
    throw new Misuse(`Cannot ask "${question}": nobody is at the terminal, wanted "--yes"`, {
      next: 'the same command with --yes',
    })
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-C and Ctrl-D close the terminal, and the question then never ends.
  const closed = new Promise<string>(resolve => lines.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), closed])
    if (/^y(es)?$/i.test(answer.trim())) return
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
  } finally {
    lines.close()
  }
  throw new Interrupted(`Stopped: ${without}`)
}
