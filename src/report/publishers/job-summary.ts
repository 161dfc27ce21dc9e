import { Misuse, throwIfAborted } from '../../core/index.ts'
import { writeFileWhole } from '../../store/index.ts'
import { checkPosted, type Posted, type Publisher } from '../publisher.ts'
import { cutMarkdown } from './cut-markdown.ts'
import { readText, stateOf } from './file-publisher.ts'

/** Bytes that GitHub takes of one step's summary; it shows nothing of a longer one. */
const most = 1024 * 1024

/** The page of a workflow's run: the file that GitHub names in `GITHUB_STEP_SUMMARY`, which other parts of the step write into, too. */
export function jobSummary(options: { readonly path: string }): Publisher {
  const { path } = options
  if (path === '') throw new Misuse('Cannot publish as a job summary: "GITHUB_STEP_SUMMARY" names no file')
  return {
    name: 'summary',
    publish: async (posted, call = {}) => {
      checkPosted(posted)
      throwIfAborted(call.signal)
      const all = (await readText(path)) ?? ''
      const { before, own, after } = partsOf(all, posted.key)
      const room = most - Buffer.byteLength(before) - Buffer.byteLength(after)
      const block = blockOf(posted, room)
      const was = stateOf(own, block)
      if (was !== 'same') await writeFileWhole(path, `${before}${block}${after}`)
      return { where: path, was }
    },
  }
}

function blockOf(posted: Posted, room: number): string {
  const [start, end] = marksOf(posted.key)
  const body = cutMarkdown(posted.markdown.trimEnd(), {
    most: Math.max(0, room - Buffer.byteLength(start) - Buffer.byteLength(end)),
    measure: Buffer.byteLength,
    notice: 'This is cut: a job summary takes 1 MiB. The whole report is among the files of the run.',
  })
  return `${start}${body}${end}`
}

function marksOf(key: string): readonly [string, string] {
  return [`<!-- chestnut:${key} -->\n`, `\n<!-- /chestnut:${key} -->\n`]
}

interface Parts {
  readonly before: string
  /** Undefined: nothing was published under this key. */
  readonly own: string | undefined
  readonly after: string
}

function partsOf(all: string, key: string): Parts {
  const [start, end] = marksOf(key)
  const from = all.indexOf(start)
  const to = from < 0 ? -1 : all.indexOf(end, from)
  if (to < 0) return { before: all === '' || all.endsWith('\n') ? all : `${all}\n`, own: undefined, after: '' }
  return { before: all.slice(0, from), own: all.slice(from, to + end.length), after: all.slice(to + end.length) }
}
