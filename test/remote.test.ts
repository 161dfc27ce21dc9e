import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type ProjectFolder, projectFolder, type Running } from './project-folder.ts'

/** Long enough to be killed in the middle, short enough to be run often. */
const config = `import { defineConfig, local, phantoms, vggSmall } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 60, size: 64 }),
  backbone: vggSmall({ size: 32, widths: [8, 16] }),
  train: { epochs: Number(process.env.EPOCHS ?? 3), batch: 32, patience: 1000 },
  machines: { here: local() },
})
`

const train = ['train', '--on', 'here', '--yes'] as const

async function here(env: Readonly<Record<string, string>> = {}): Promise<ProjectFolder> {
  return await projectFolder({ 'chestnut.config.ts': config }, env)
}

interface Kept {
  readonly ran: boolean
  readonly outputs: Readonly<{ [name: string]: string }>
  readonly machine: { readonly rented?: string }
  readonly cost?: { readonly currency: string }
}

async function recordOf(folder: ProjectFolder, ...words: readonly string[]): Promise<Kept> {
  return JSON.parse((await folder.succeeds(...words, '--json')).out) as Kept
}

async function machinesOf(folder: ProjectFolder): Promise<readonly unknown[]> {
  const { out } = await folder.succeeds('machines', 'list', '--json')
  return (JSON.parse(out) as { readonly machines: readonly unknown[] }).machines
}

test('a stage on another machine makes the bytes that it makes here, and is not done again', async () => {
  await using folder = await here()
  await using other = await here()
  const there = await recordOf(folder, ...train)
  assert.equal(there.ran, true)
  assert.equal(there.machine.rented, 'local')
  assert.equal(there.cost?.currency, 'EUR')
  assert.deepEqual(there.outputs, (await recordOf(other, 'train')).outputs)
  assert.equal((await recordOf(folder, 'train')).ran, false)
  assert.equal((await recordOf(folder, ...train)).ran, false)
  const judged = await recordOf(folder, 'evaluate', '--on', 'here', '--yes')
  assert.deepEqual(judged.outputs, (await recordOf(other, 'evaluate')).outputs)
  assert.deepEqual(await machinesOf(folder), [])
  assert.deepEqual(await readdir(folder.file('.chestnut/rented')), [])
})

test('a preparation on another machine makes the bytes that it makes here', async () => {
  await using folder = await here()
  const there = await recordOf(folder, 'prepare', '--on', 'here', '--yes')
  const again = await recordOf(folder, 'prepare', '--force')
  assert.equal(again.ran, true)
  assert.deepEqual(there.outputs, again.outputs)
})

test('nothing is rented without a yes, for an unknown machine, or for a stage that works on what is here', async () => {
  await using folder = await here()
  const refused = async (why: RegExp, ...words: readonly string[]): Promise<void> => {
    const { code, err } = await folder.chestnut(...words)
    assert.equal(code, 2, err)
    assert.match(err, why)
  }
  await refused(/at worst {2}€0.00[\s\S]*Cannot ask "Rent it\?": nobody is at the terminal/, 'train', '--on', 'here')
  await refused(/Cannot use the machine "her": .*did you mean "here"/, 'train', '--on', 'her', '--yes')
  await refused(/Cannot run "publish" on another machine: it works on what is here/, 'publish', '--on', 'here', '--yes')
  await refused(/Cannot detach: nothing runs on another machine/, 'train', '--detach')
  await refused(/Cannot run the stage "tain"/, 'run', 'tain')
  assert.deepEqual(await machinesOf(folder), [])
})

/** What a controller has said when it is killed, from before the machine to after its last line. */
const phases = [
  'travels',
  'rented local',
  'the machine is ready',
  'sending the inputs',
  'epoch   1',
  'of outputs are in the store',
]

let expected: Promise<Kept['outputs']> | undefined

async function outputsHere(epochs: string): Promise<Kept['outputs']> {
  await using folder = await here({ EPOCHS: epochs })
  return (await recordOf(folder, 'train')).outputs
}

for (const phase of phases) {
  test(`killed after "${phase.trim()}", the same command goes on: one machine, one job, the right outputs`, async () => {
    await using folder = await here({ EPOCHS: '60' })
    const first = folder.start(...train)
    await killAfter(first, phase)
    const { outputs } = await recordOf(folder, ...train)
    expected ??= outputsHere('60')
    assert.deepEqual(outputs, await expected)
    assert.deepEqual(await machinesOf(folder), [])
    assert.deepEqual(await readdir(folder.file('.chestnut/rented')), [])
    const created = (await journalOf(folder)).filter(({ kind }) => kind === 'created')
    assert.equal(new Set(created.map(({ id }) => id)).size, 1)
  })
}

test('a stage that was left is found by attach, which brings its outputs and gives the machine back', async () => {
  await using folder = await here()
  const left = JSON.parse((await folder.succeeds(...train, '--detach', '--json')).out) as { readonly run: string }
  assert.equal((await machinesOf(folder)).length, 1)
  const wrong = await folder.chestnut('attach', 'c0ffee123456')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /Cannot attach to "c0ffee123456": no such run is under way/)
  const { out, err } = await folder.succeeds('attach', left.run)
  assert.match(err, /epoch {3}3/)
  assert.match(out, /train is done/)
  assert.deepEqual(await machinesOf(folder), [])
  assert.equal((await recordOf(folder, 'train')).ran, false)
  assert.match((await folder.chestnut('attach')).err, /no such run is under way/)
})

test('Ctrl-C gives the machine back, and the same command begins a new run', async () => {
  await using folder = await here({ EPOCHS: '100000' })
  const first = folder.start(...train)
  await first.shows('epoch   1')
  first.child.kill('SIGINT')
  assert.equal((await first.finished).code, 130)
  assert.deepEqual(await machinesOf(folder), [])
  const again = folder.start(...train)
  await again.shows('epoch   1')
  again.child.kill('SIGINT')
  await again.finished
  const runs = (await journalOf(folder)).filter(({ kind }) => kind === 'created').map(({ run }) => run)
  assert.equal(new Set(runs).size, 2)
  assert.deepEqual(await machinesOf(folder), [])
})

async function killAfter({ child, shows, finished }: Running, text: string): Promise<void> {
  await shows(text)
  child.kill('SIGKILL')
  await finished
}

interface Event {
  readonly kind: string
  readonly run: string
  readonly id?: string
}

async function journalOf(folder: ProjectFolder): Promise<readonly Event[]> {
  const place = folder.file('.chestnut/store/machines/journal')
  const names = (await readdir(place, { recursive: true })).filter(name => name.endsWith('.json')).sort()
  return await Promise.all(names.map(async name => JSON.parse(await readFile(`${place}/${name}`, 'utf8')) as Event))
}
