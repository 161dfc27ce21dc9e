import { createInterface } from 'node:readline/promises'
import { Interrupted, Misuse } from '../core/index.ts'

/**
 * Asks a person, who must say yes.
 *
 * @param signal ends the question
 * @throws Misuse where nobody can answer: then "--yes" is wanted.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Misuse(`Cannot ask "${question}": nobody is at the terminal, wanted "--yes"`)
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    throw error
  } finally {
    lines.close()
  }
}
