import { createHash } from 'node:crypto'
import { checkStamp } from '../core/index.ts'
import type { Lines } from './lines.ts'

const format = 'ci'
const version = 1

/**
 * The text with a first line that tells whether somebody changed it afterwards.
 *
 * @param flags with which it is written again
 */
export function sealed(lines: Lines, flags: readonly string[]): string {
  const command = ['chestnut ci init', ...flags].join(' ')
  const body = [
    `# Written by "${command}" from the configuration. Change it as you like: it is not written over then.`,
    ...lines,
  ].join('\n')
  const text = `${body}\n`
  return `# chestnut.${format}/${version} ${digestOf(text)}\n${text}`
}

export type Seal = 'whole' | 'broken' | 'none'

/** Whether a text is as it was written, was changed since, or is none of ours. @throws Problem when it is of a newer Chestnut */
export function sealOf(text: string): Seal {
  const plain = text.replaceAll('\r\n', '\n')
  const [first = ''] = plain.split('\n', 1)
  const [, stamp, digest] = /^# (chestnut\.[a-z]+\/\d+) ([0-9a-f]{64})$/.exec(first) ?? []
  if (stamp === undefined) return 'none'
  checkStamp(stamp, format, version)
  return digestOf(plain.slice(first.length + 1)) === digest ? 'whole' : 'broken'
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
