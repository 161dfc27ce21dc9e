import { machineName, parseMachineName } from '../names.ts'
import type { Marks } from '../provider.ts'

/** On all that is ours. */
const ours = 'chestnut'
/** On a rented server of somebody's that is powered on for a run and off after it: never destroyed. */
export const borrowed = 'chestnut:borrowed'
/** Of a borrowed server, whose name is its owner's: the stage that it works for. */
const stageTag = 'chestnut:stage='
/** Of a borrowed server: when it was lent, in seconds since 1970. It was made long before, and is billed only while it is on. */
const sinceTag = 'chestnut:since='

/** Marks as tags. Times are kept in whole seconds. */
export function tagsOf(marks: Marks): readonly string[] {
  const { owner, run, deadline, limit } = marks
  return [
    ours,
    `chestnut:owner=${owner}`,
    `chestnut:run=${run}`,
    `chestnut:dead=${Math.floor(deadline / 1000)}`,
    `chestnut:limit=${Math.floor(limit / 1000)}`,
  ]
}

/** What tags say, and undefined where they are not (all) ours. */
export function marksOf(tags: readonly string[]): Marks | undefined {
  const owner = tagValue(tags, 'owner')
  const run = tagValue(tags, 'run')
  const dead = tagValue(tags, 'dead')
  const limit = tagValue(tags, 'limit')
  if (owner === undefined || run === undefined || !isSeconds(dead) || !isSeconds(limit)) return undefined
  return { owner, run, deadline: Number(dead) * 1000, limit: Number(limit) * 1000 }
}

/** The same tags with another deadline, which is not beyond the limit; those of others stay. */
export function withDeadline(tags: readonly string[], deadline: number): readonly string[] {
  const marks = marksOf(tags)
  if (marks === undefined) return tags
  return [...othersOf(tags), ...tagsOf({ ...marks, deadline: Math.min(deadline, marks.limit) }), ...keptOf(tags)]
}

/** The tags that are not ours. */
export function othersOf(tags: readonly string[]): readonly string[] {
  return tags.filter(tag => tag !== ours && !tag.startsWith('chestnut:') && !tag.startsWith(authorizedKey))
}

export interface Borrowing {
  readonly marks: Marks
  readonly stage: string
  /** OpenSSH's line of the key that may log in. */
  readonly key: string
  /** Milliseconds since 1970 on Scaleway's clock. */
  readonly since: number
}

/** A borrowed server's tags for a run. */
export function borrowingTags(tags: readonly string[], { marks, stage, key, since }: Borrowing): readonly string[] {
  const lent = [borrowed, `${stageTag}${stage}`, `${sinceTag}${Math.floor(since / 1000)}`]
  return [...othersOf(tags), ...tagsOf(marks), ...lent, keyTag(key)]
}

/** Since when a borrowed server is. Milliseconds since 1970; undefined for one that was made for its run. */
export function borrowedSince(tags: readonly string[]): number | undefined {
  const since = tagValue(tags, 'since')
  return isSeconds(since) ? Number(since) * 1000 : undefined
}

/** Ours that are not marks. */
function keptOf(tags: readonly string[]): readonly string[] {
  return tags.filter(
    tag => tag === borrowed || [stageTag, sinceTag, authorizedKey].some(start => tag.startsWith(start)),
  )
}

/** The run that a thing belongs to, by its tags or its name. */
export function runOf(thing: { readonly name: string; readonly tags: readonly string[] }): string | undefined {
  return tagValue(thing.tags, 'run') ?? parseMachineName(thing.name)?.run
}

/** Whether a thing bears our mark or our name. */
export function isOurs(thing: { readonly name: string; readonly tags: readonly string[] }): boolean {
  return thing.tags.includes(ours) || parseMachineName(thing.name) !== undefined
}

/** What a server is called among us: a borrowed one keeps its own name, and its tags tell ours. */
export function nameOf(server: { readonly name: string; readonly tags: readonly string[] }): string {
  const run = tagValue(server.tags, 'run')
  const stage = server.tags.find(tag => tag.startsWith(stageTag))?.slice(stageTag.length)
  return run === undefined || stage === undefined ? server.name : machineName(stage, run)
}

const authorizedKey = 'AUTHORIZED_KEY='

/** The tag from which the images of Scaleway take a key that may log in. Its spaces are written as underscores. */
export function keyTag(line: string): string {
  const [kind = '', key = ''] = line.trim().split(/\s+/)
  return `${authorizedKey}${kind}_${key}`
}

function tagValue(tags: readonly string[], key: string): string | undefined {
  const start = `chestnut:${key}=`
  return tags.find(tag => tag.startsWith(start))?.slice(start.length)
}

function isSeconds(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,12}$/.test(text)
}
