import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type OpenPublisher, publisherContract } from '../publisher.contract.ts'
import { jobSummary } from './job-summary.ts'

publisherContract('jobSummary()', open)

async function open(context: TestContext): Promise<OpenPublisher> {
  const path = join(await temporaryFolder(context), 'summary.md')
  return {
    publisher: jobSummary({ path }),
    elsewhere: jobSummary({ path }),
    posts: async key => {
      const text = await readFile(path, 'utf8').catch(() => '')
      const blocks = text.matchAll(
        new RegExp(String.raw`<!-- chestnut:${key} -->\n([\s\S]*?)\n<!-- /chestnut:${key} -->`, 'g'),
      )
      return [...blocks].map(([, block = '']) => block)
    },
    most: 1024 * 1024,
  }
}

test('jobSummary() leaves what other parts of the step have written, and stays within 1 MiB with it', async context => {
  const path = join(await temporaryFolder(context), 'summary.md')
  const posted = { key: 'verdict', title: 'T', passed: true, summary: '' }
  await writeFile(path, `${'before '.repeat(100_000)}\nwithout an end`)
  await jobSummary({ path }).publish({ ...posted, markdown: 'first' })
  await appendFile(path, 'after\n')
  await jobSummary({ path }).publish({ ...posted, markdown: `second\n${'long █\n'.repeat(400_000)}` })
  const text = await readFile(path, 'utf8')
  assert.ok(Buffer.byteLength(text) <= 1024 * 1024)
  assert.match(text, /^before /)
  assert.match(text, /without an end\n<!-- chestnut:verdict -->\nsecond\n/)
  assert.match(text, /This is cut[\s\S]*after\n$/)
  assert.doesNotMatch(text, /first/)
})
