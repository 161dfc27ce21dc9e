import { type Clock, Problem, throwIfAborted } from '../../core/index.ts'
import { checkPosted, type Posted, type Published } from '../publisher.ts'
import { cutMarkdown } from './cut-markdown.ts'
import { Missing, Unsure } from './forge-client.ts'

/** A comment in a conversation that others write into, too. */
export interface Note {
  /** Later ones have higher ones. */
  readonly id: number
  readonly body: string
  readonly author: string
  readonly url: string
}

/** The conversation. */
export interface Notes {
  /** UTF-16 units that a note takes. */
  readonly most: number
  readonly clock: Clock
  /** Who writes, as `author` names them. */
  me(signal: AbortSignal | undefined): Promise<string>
  /** All of them, from everybody. */
  list(signal: AbortSignal | undefined): Promise<readonly Note[]>
  create(body: string, signal: AbortSignal | undefined): Promise<Note>
  update(id: number, body: string, signal: AbortSignal | undefined): Promise<Note>
  remove(id: number, signal: AbortSignal | undefined): Promise<void>
}

const attempts = 5

/**
 * One note under a key, whatever happens: what may have been done is looked for before it is done again, and whoever made one beside another
 * job's looks again: the oldest stays, the others go. A later publication mends what a job that died left behind.
 */
export async function stickyNote(notes: Notes, posted: Posted, signal: AbortSignal | undefined): Promise<Published> {
  checkPosted(posted)
  const body = noteBody(posted, notes.most)
  const me = await notes.me(signal)
  const marker = markerOf(posted.key)
  const mine = async (): Promise<readonly Note[]> =>
    (await notes.list(signal))
      // At the start: somebody who quotes the note quotes its mark.
      .filter(note => note.author === me && note.body.startsWith(marker))
      .sort((a, b) => a.id - b.id)
  let created: Note | 'perhaps' | undefined
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal)
    try {
      let found = await mine()
      if (found.length === 0) {
        created = 'perhaps'
        created = await notes.create(body, signal)
        found = await mine()
        // A list may lag behind what was just written.
        if (found.length === 0) found = [created]
      }
      const kept = await leaveOne(notes, found, body, signal)
      return { where: kept.url, was: changeOf(kept, created, found, body) }
    } catch (error) {
      if (!(error instanceof Unsure || error instanceof Vanished) || attempt === attempts) throw error
      await notes.clock.sleep(500 * 2 ** (attempt - 1), signal)
    }
  }
}

async function leaveOne(
  notes: Notes,
  [oldest, ...others]: readonly Note[],
  body: string,
  signal: AbortSignal | undefined,
): Promise<Note> {
  const kept = oldest!
  const shown = isSame(kept.body, body) ? kept : await present(notes.update(kept.id, body, signal))
  if (shown === undefined) throw new Vanished('Cannot change a note: somebody has just taken it away')
  for (const other of others) await present(notes.remove(other.id, signal))
  return shown
}

/** The note was there when we looked, and is no more. */
class Vanished extends Problem {}

/** Undefined where it is not there any more. */
async function present<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change
  } catch (error) {
    if (error instanceof Missing) return undefined
    throw error
  }
}

function changeOf(
  kept: Note,
  created: Note | 'perhaps' | undefined,
  found: readonly Note[],
  body: string,
): Published['was'] {
  if (created === 'perhaps' || created?.id === kept.id) return 'made'
  return isSame(found[0]!.body, body) ? 'same' : 'replaced'
}

/** Places mend ends of lines and of texts. */
function isSame(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim()
  return plain(a) === plain(b)
}

function markerOf(key: string): string {
  return `<!-- chestnut:${key} -->`
}

function noteBody({ key, markdown }: Posted, most: number): string {
  const head = `${markerOf(key)}\n`
  const notice = 'This is cut: a comment takes no more. The whole report is among the files of the run.'
  return head + cutMarkdown(markdown.trim(), { most: most - head.length, notice })
}
