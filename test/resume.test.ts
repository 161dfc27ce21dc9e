import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const config = tinyConfig.replace('epochs: 3', "epochs: 30, patience: 30, rate: { kind: 'plateau', rate: 0.01 }")

let whole: ProjectFolder

before(async () => {
  whole = await projectFolder({ 'chestnut.config.ts': config })
  await whole.succeeds('train')
})
after(() => whole[Symbol.asyncDispose]())

async function sameAsWhole(folder: ProjectFolder): Promise<void> {
  for (const name of ['model.onnx', 'history.json', 'history.png']) {
    assert.deepEqual(await readFile(folder.file(`out/${name}`)), await readFile(whole.file(`out/${name}`)), name)
  }
  assert.deepEqual(await readdir(folder.file('.chestnut/checkpoints')), [])
}

/** Ctrl-C behind some epoch. @returns the last lines */
async function interrupted(folder: ProjectFolder, epoch: number, ...flags: readonly string[]): Promise<string> {
  const run = folder.start('train', ...flags)
  await run.shows(new RegExp(`epoch +${epoch} `))
  run.child.kill('SIGINT')
  const { code, err } = await run.finished
  assert.equal(code, 130, err)
  return err
}

test('Ctrl-C keeps a checkpoint; the same command goes on at the next step and ends with the same bytes, also after kill -9', async () => {
  await using folder = await projectFolder({ 'chestnut.config.ts': config })
  const err = await interrupted(folder, 3)
  const [, epoch] = /kept epoch (\d+), step \d+: the same command goes on from there/.exec(err) ?? []
  assert.match(err, /Stopped: what was finished is kept\nnext: run the same command again/)

  const killed = folder.start('train')
  await killed.shows(new RegExp(`resuming at (epoch ${epoch}, step \\d+|the validation of epoch ${epoch}) \\(`))
  await killed.shows(/epoch +\d+ /)
  killed.child.kill('SIGKILL')
  await killed.finished

  const last = await folder.succeeds('train')
  assert.match(last.err, /resuming at .*\d+ \((\d+ min )?\d+(\.\d)? s of work kept\)/)
  await sameAsWhole(folder)
})

test('`--fresh` begins anew, and what another plan left is not used', async () => {
  await using folder = await projectFolder({ 'chestnut.config.ts': config })
  await interrupted(folder, 2)
  const other = await interrupted(folder, 2, '--seed', '7')
  assert.doesNotMatch(other, /resuming/)
  const fresh = await folder.succeeds('train', '--fresh')
  assert.doesNotMatch(fresh.err, /resuming/)
  const left = await readdir(folder.file('.chestnut/checkpoints'))
  assert.ok(left.length > 0, 'the one of seed 7 is still there')
  const seven = await folder.chestnut('train', '--seed', '7')
  assert.match(seven.err, /resuming at /)
})
