import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commitOf, commitsOf } from './git.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-git-'))
  git('init', '--quiet', '--initial-branch=main')
  for (const message of ['one', 'two']) git('commit', '--quiet', '--allow-empty', '--message', message)
})
after(() => rm(folder, { recursive: true }))

function git(...words: readonly string[]): string {
  const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org']
  return execFileSync('git', [...who, ...words], { cwd: folder })
    .toString()
    .trim()
}

test('a reference leads back to its commits, the newest first', () => {
  const commits = commitsOf(folder, 'main')
  assert.equal(commits?.length, 2)
  assert.equal(commits[0], commitOf(folder))
  assert.deepEqual(commitsOf(folder, 'HEAD~1'), [commits[1]])
})

test('a branch that is only at origin, as in a checkout of a runner, is found there', () => {
  const at = git('rev-parse', 'main')
  git('update-ref', 'refs/remotes/origin/release', at)
  assert.equal(commitsOf(folder, 'release')?.[0], at)
})

test('what is no reference, or would be an option of git, leads nowhere', () => {
  for (const reference of ['none', '--all', '', tmpdir()]) assert.equal(commitsOf(folder, reference), undefined)
})
