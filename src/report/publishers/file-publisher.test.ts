import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem } from '../../core/index.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type OpenPublisher, publisherContract } from '../publisher.contract.ts'
import { filePublisher } from './file-publisher.ts'

publisherContract('filePublisher()', open)

async function open(context: TestContext): Promise<OpenPublisher> {
  const folder = join(await temporaryFolder(context), 'out')
  return {
    publisher: filePublisher({ folder }),
    elsewhere: filePublisher({ folder }),
    posts: async key => {
      const names = await readdir(folder).catch(() => [])
      return await Promise.all(
        names.filter(name => name === `${key}.md`).map(name => readFile(join(folder, name), 'utf8')),
      )
    },
  }
}

test('filePublisher() says where a folder stands in the way', async context => {
  const folder = await temporaryFolder(context)
  await mkdir(join(folder, 'verdict.md'))
  const posted = { key: 'verdict', title: 'T', markdown: '# T', passed: true, summary: '' }
  await assert.rejects(filePublisher({ folder }).publish(posted), error => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /^Cannot publish in ".+verdict\.md": EISDIR$/)
    return true
  })
})
