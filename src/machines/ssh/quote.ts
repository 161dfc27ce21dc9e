import { Misuse } from '../../core/index.ts'

/** Words as one line for a POSIX shell, which hands every one of them on as it is. */
export function quote(words: readonly string[]): string {
  if (words.length === 0) throw new Misuse('Cannot run a command without words')
  return words.map(quoted).join(' ')
}

function quoted(word: string): string {
  if (word.includes('\0')) throw new Misuse('Cannot run a command with a zero byte in a word')
  return `'${word.replaceAll("'", `'\\''`)}'`
}
