import { existsSync, readFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { digestOf } from '../core/index.ts'

/**
 * Tells kinds of processors apart: numbers that one of them computed, another may round differently. Where the system says which
 * instructions there are, they count, too: clouds give many processors one name.
 */
export function processorKind(): string {
  const facts = '/proc/cpuinfo'
  const known = existsSync(facts) ? readFileSync(facts, 'utf8') : ''
  const instructions = /^(?:flags|Features)\s*:(.*)$/m.exec(known)?.[1]?.trim()
  return digestOf({ arch: arch(), model: cpus()[0]?.model.trim(), instructions })
}
