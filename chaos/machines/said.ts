import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KillPlan } from './plan.ts'

/** Something that a process wrote down for the judge. */
export type Said =
  /** In the journal it says that all is destroyed. */
  | { readonly kind: 'destroyed'; readonly at: number }
  /** Trouble that was planned came about. */
  | { readonly kind: 'struck'; readonly what: string }
  | { readonly kind: 'killed'; readonly at: Pick<KillPlan, 'call' | 'when'> }

/** At once, and beside what may be lost: this process may die at the next call. */
export function say(folder: string, said: Said): void {
  appendFileSync(join(folder, 'said'), `${JSON.stringify(said)}\n`)
}

export function saidIn(folder: string): readonly Said[] {
  const path = join(folder, 'said')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(line => line !== '').map((line): Said => JSON.parse(line))
}
