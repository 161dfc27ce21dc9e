import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import { type ProjectFolder, projectFolder } from '../project-folder.ts'
import { bootingCloud, environmentOf } from './booting-cloud.ts'

const config = `import { defineConfig, phantoms, scaleway, vggSmall } from 'chestnut'

export default defineConfig({
  name: 'cloud',
  data: phantoms({ patients: 120, size: 64 }),
  backbone: vggSmall({ size: 32, widths: [8, 16] }),
  train: { epochs: 5, batch: 32 },
  machines: {
    cpu: scaleway({ type: 'DEV1-S' }),
    gpu: scaleway({ type: 'L4-1-24G' }),
    web: scaleway({ type: 'DEV1-S' }),
    caps: { run: 10, month: 20 },
  },
})
`

/** What a whole cycle on rented machines came to. */
export interface WholeCycle {
  readonly seconds: number
  /** "first training step 21 s after it was rented; 62.1 MB sent" */
  readonly firstStep: string
  /** Euros by the ledger of the project, and by the bill of the cloud. */
  readonly ledger: number
  readonly bill: number
  /** Of the deployed model, through the public address. */
  readonly prediction: string
}

export interface WholeCycleOptions {
  say?(line: string): void
  /** Whether another model is deployed in between, and rolled back. Default: no */
  readonly andBack?: boolean
}

/**
 * Prepares on one rented machine, trains on another, deploys on a third and asks it, then stops it: over real SSH, on a cloud that
 * bills. Fails unless nothing billable is left.
 */
export async function wholeCycle(options: WholeCycleOptions): Promise<WholeCycle> {
  const start = performance.now()
  await using cloud = await bootingCloud()
  await using project = await projectFolder({ 'chestnut.config.ts': config }, environmentOf(cloud))
  const root = await mkdtemp(join(tmpdir(), 'chestnut-web-'))
  try {
    return await cycle(cloud, project, root, options, start)
  } finally {
    // Also when something failed: machines are not left to their deadlines.
    await project.chestnut('machines', 'stop', '--all')
    await rm(root, { recursive: true, force: true })
  }
}

async function cycle(
  cloud: FakeScaleway,
  project: ProjectFolder,
  root: string,
  { say = () => undefined, andBack = false }: WholeCycleOptions,
  start: number,
): Promise<WholeCycle> {
  const run = async (...words: readonly string[]): Promise<string> => {
    say(`$ chestnut ${words.join(' ')}`)
    const { out, err } = await project.succeeds(...words)
    for (const line of `${err}${out}`.trimEnd().split('\n')) say(`  ${line}`)
    return out + err
  }
  const left = (): readonly string[] => [...new Set(cloud.billable().map(({ kind }) => kind))].sort()
  await run('machines', 'sweep')
  await run('run', 'prepare', '--on', 'cpu', '--yes')
  assert.deepEqual(left(), [])
  const trained = await run('run', 'train', '--on', 'gpu', '--yes')
  assert.deepEqual(left(), [])
  const [firstStep = ''] = /first training step .* sent/.exec(trained) ?? []
  assert.notEqual(firstStep, '')
  await run('publish')
  const deployed = await run('deploy', '--on', 'web', '--folder', root, '--yes')
  const [url = ''] = /http:\/\/[0-9.]+\//.exec(deployed) ?? []
  const prediction = await ask(url, project)
  say(`$ curl -F file=@FILM.png ${url}\n  ${prediction}`)
  if (andBack) {
    await run('publish', '--seed', '7')
    assert.match(await run('deploy', '--on', 'web', '--folder', root, '--yes'), /Deployed cloud@2 at /)
    assert.match(await run('rollback', '--on', 'web', '--folder', root, '--yes'), /Rolled back to cloud@1 at /)
  }
  const listed = await run('machines', 'list')
  assert.equal(listed.match(/chestnut-deploy-/g)?.length, 1, 'the deployed machine is what is left')
  assert.doesNotMatch(listed, /chestnut-(prepare|train)-/)
  await run('machines', 'stop', '--all')
  assert.deepEqual(left(), [])
  const seconds = (performance.now() - start) / 1000
  return { seconds, firstStep, ledger: ledgerIn(project), bill: cloud.bill().euros, prediction }
}

/** Euros of all machines that the journal has destroyed, to more places than people are shown. */
function ledgerIn(project: ProjectFolder): number {
  const journal = project.file('.chestnut/store/machines/journal')
  const names = readdirSync(journal, { recursive: true }).map(String)
  const events = names
    .filter(name => name.endsWith('.json'))
    .map(name => JSON.parse(readFileSync(join(journal, name), 'utf8')) as { readonly euros?: number })
  return events.reduce((sum, { euros = 0 }) => sum + euros, 0)
}

/** One of the project's own films, as the guide's page sends it. */
async function ask(url: string, project: ProjectFolder): Promise<string> {
  const data = project.file('.chestnut/data')
  const images = join(data, readdirSync(data)[0]!, 'images')
  const form = new FormData()
  form.append('file', new Blob([readFileSync(join(images, readdirSync(images)[0]!))]), 'film.png')
  const answer = await fetch(url, { method: 'POST', body: form })
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  assert.match(text, /"prediction":\s*"(No )?Pneumonia"/)
  return text
}
