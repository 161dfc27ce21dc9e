import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { random } from '../core/index.ts'
import { needSwiftShader } from '../testing/swiftshader.ts'

const fixture = fileURLToPath(new URL('./exit.test.fixture.js', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stderr: string
}

/** Runs the fixture in a process group of its own, as a terminal does, and lets `during` act once it is ready. */
async function end(words: readonly string[], during?: (group: number) => Promise<void>): Promise<Ended> {
  const child = spawn(process.execPath, [fixture, ...words], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString()
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await during?.(child.pid!)
  const [code, signal] = (await closed) as [number | null, string | null]
  return { code, signal, stderr }
}

for (const host of ['thread', 'process']) {
  test(`Ctrl-C at any moment of a training in a ${host} ends it with 130, never with 134`, async () => {
    const draw = random(1, 'ctrl-c', host)
    const moments = Array.from({ length: 20 }, () => draw.uniform() * 350)
    const interrupt = async (moment: number): Promise<void> => {
      const ended = await end([host, 'signal'], async group => {
        await setTimeout(moment)
        process.kill(-group, 'SIGINT')
      })
      assert.deepEqual(ended, { code: 130, signal: null, stderr: '' }, `after ${moment.toFixed(0)} ms`)
    }
    const lanes = [moments.slice(0, 7), moments.slice(7, 14), moments.slice(14)]
    await Promise.all(
      lanes.map(async lane => {
        for (const moment of lane) await interrupt(moment)
      }),
    )
  })

  test(`process.exit() while a ${host} runs keeps its exit code`, async () => {
    assert.equal((await end([host, 'exit'])).code, 7)
  })

  test(`a defect while a ${host} runs ends with its own message and code 1`, async () => {
    const ended = await end([host, 'throw'])
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /a defect/)
  })

  test(`an idle program in a ${host} that nobody disposed does not keep Node alive`, async () => {
    // 13: Node saw a promise at the top level that nothing could settle any more.
    assert.equal((await end([host, 'idle'])).code, 13)
  })
}

const skip = needSwiftShader()
for (const [host, ending, code] of [
  ['thread', 'exit', 7],
  ['process', 'exit', 7],
  ['thread', 'idle', 13],
] as const) {
  test(`a program on WebGPU in a ${host} leaves the exit code alone: ${ending}`, { skip }, async () => {
    const ended = await end([host, ending, 'webgpu'])
    // Newer Nodes say themselves that the promise of an idle program was never settled.
    const stderr = ending === 'idle' ? ended.stderr.replace(/^Warning: Detected unsettled[\s\S]*/, '') : ended.stderr
    assert.deepEqual({ ...ended, stderr }, { code, signal: null, stderr: '' })
  })
}

test('a child process ends when its parent is killed', async t => {
  if (process.platform !== 'linux') return t.skip('looks for the child in /proc')
  let host = 0
  const ended = await end(['process', 'signal'], async parent => {
    host = await firstChild(parent)
    process.kill(parent, 'SIGKILL')
  })
  assert.equal(ended.signal, 'SIGKILL')
  for (let i = 0; i < 200 && existsSync(`/proc/${host}`); i++) await setTimeout(20)
  assert.ok(!existsSync(`/proc/${host}`), 'the child is gone')
})

async function firstChild(parent: number): Promise<number> {
  for (;;) {
    const children = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim()
    if (children !== '') return Number(children.split(' ')[0])
    await setTimeout(5)
  }
}
