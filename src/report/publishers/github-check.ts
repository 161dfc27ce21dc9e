import { Misuse } from '../../core/index.ts'
import { checkPosted, type Posted, type Published, type Publisher } from '../publisher.ts'
import { cutMarkdown } from './cut-markdown.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { type ForgeClient, Unsure } from './forge-client.ts'
import { type GitHubOptions, gitHubClient } from './github-client.ts'

/** UTF-16 units of a summary and of a text. */
const most = 65_535
const attempts = 5

/**
 * A check of a commit, called `chestnut/KEY`: passed, failed, or neutral where there is no gate. A branch can be told to want it. Its token
 * needs `checks: write`, which only apps have, a workflow's own token among them.
 */
export function gitHubCheck(options: GitHubOptions): Publisher {
  const client = gitHubClient(options)
  const { repository, commit } = options.place
  return {
    name: 'check',
    publish: async (posted, call = {}) => {
      checkPosted(posted)
      const head = posted.commit ?? commit
      if (head === undefined) {
        throw new Misuse(`Cannot publish "${posted.key}" as a check: of which commit is not known`, {
          next: 'set CHESTNUT_COMMIT to its 40 hexadecimal digits',
        })
      }
      return await publishCheck({ client, repository, head, posted, signal: call.signal })
    },
  }
}

interface Checking {
  readonly client: ForgeClient
  readonly repository: string
  readonly head: string
  readonly posted: Posted
  readonly signal: AbortSignal | undefined
}

async function publishCheck(checking: Checking): Promise<Published> {
  const { client, signal } = checking
  let created = false
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await runsOf(checking)
      if (found.length === 0) {
        created = true
        const run = fieldsOf(await send(checking, undefined), 'GitHub')
        return { where: run.text('html_url'), was: 'made' }
      }
      // Jobs that came at once may have made several, which nobody can take away: none of them may say another thing.
      let changed = false
      for (const run of found) {
        if (isSame(run, checking.posted)) continue
        await send(checking, run.number('id'))
        changed = true
      }
      return { where: found[0]!.text('html_url'), was: created ? 'made' : changed ? 'replaced' : 'same' }
    } catch (error) {
      if (!(error instanceof Unsure) || attempt === attempts) throw error
      await client.clock.sleep(500 * 2 ** (attempt - 1), signal)
    }
  }
}

function nameOf({ key }: Posted): string {
  return `chestnut/${key}`
}

async function runsOf({ client, repository, head, posted, signal }: Checking): Promise<readonly Fields[]> {
  const query = `check_name=${encodeURIComponent(nameOf(posted))}&filter=all&per_page=100`
  const action = `list the checks of ${repository}`
  const path = `/repos/${repository}/commits/${head}/check-runs?${query}`
  const runs = await client.all({ path, action, signal })
  return runs
    .map(run => fieldsOf(run, 'GitHub'))
    .filter(run => run.optionalText('external_id') === posted.key)
    .sort((a, b) => a.number('id') - b.number('id'))
}

/** Makes a check, or changes one. */
function send({ client, repository, head, posted, signal }: Checking, id: number | undefined): Promise<unknown> {
  const body = {
    name: nameOf(posted),
    external_id: posted.key,
    status: 'completed',
    conclusion: conclusionOf(posted),
    output: outputOf(posted),
  }
  const action = `publish the check "${body.name}" of ${repository}`
  const path = `/repos/${repository}/check-runs`
  return id === undefined
    ? client.call({ method: 'POST', path, body: { ...body, head_sha: head }, action, signal })
    : client.call({ method: 'PATCH', path: `${path}/${id}`, body, action, signal })
}

function conclusionOf({ passed }: Posted): string {
  if (passed === undefined) return 'neutral'
  return passed ? 'success' : 'failure'
}

function outputOf({ title, summary, markdown }: Posted): Readonly<Record<'title' | 'summary' | 'text', string>> {
  const notice = 'This is cut: a check takes no more. The whole report is among the files of the run.'
  return {
    title: title.replace(/\s+/g, ' ').slice(0, 255),
    summary: cutMarkdown(summary, { most, notice }),
    text: cutMarkdown(markdown.trim(), { most, notice }),
  }
}

function isSame(run: Fields, posted: Posted): boolean {
  const { title, summary, text } = outputOf(posted)
  const output = run.object('output')
  return (
    run.optionalText('conclusion') === conclusionOf(posted) &&
    output.optionalText('title') === title &&
    (output.optionalText('summary') ?? '').trim() === summary.trim() &&
    (output.optionalText('text') ?? '').trim() === text.trim()
  )
}
