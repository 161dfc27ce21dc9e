import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Clock, systemClock } from '../core/index.ts'
import { encodePng, goldenPhantoms } from '../imaging/index.ts'
import { fileDigest } from '../store/index.ts'
import type { Target } from './deploy.ts'
import { processes } from './processes.ts'
import type { WebProxy } from './proxy.ts'
import type { Release } from './release.ts'
import { localShell, type Shell } from './shell.ts'

/** A server with the words, the socket and the answers of ours, without a model: it starts in a moment. */
const server = `
import { createServer } from 'node:http'
import { readFileSync, rmSync } from 'node:fs'
const at = name => process.argv[process.argv.indexOf('--' + name) + 1]
const model = JSON.parse(readFileSync(at('model'), 'utf8'))
rmSync(at('socket'), { force: true })
if (model.fails) process.exit(1)
const server = createServer((request, response) => {
  const films = []
  request.on('data', piece => films.push(piece))
  request.on('end', () => setTimeout(() => response.end(JSON.stringify({
    findings: [{ probability: model.probability }], model: at('name'), token: process.env.TOKEN, bytes: Buffer.concat(films).length,
  })), request.method === 'POST' ? 15 : 0))
})
server.listen(at('socket'))
process.on('SIGTERM', () => { server.close(() => process.exit(0)); setInterval(() => server.closeIdleConnections(), 20) })
`

export interface ReleaseFacts {
  readonly probability: number
  /** What it is believed to answer. Default: what it does. */
  readonly golden?: number
  /** Ends as soon as it starts. */
  readonly fails?: boolean
}

export interface Bench {
  readonly folder: string
  readonly target: Target
  readonly url: string
  release(name: string, facts: ReleaseFacts): Promise<Release>
  /** The same machine over another connection. */
  over(shell: Shell): Target
}

/** A machine that is this computer, with a proxy on a free port; gone after the test. */
export async function bench(context: TestContext, proxy: WebProxy, change: Partial<Target> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-deploy-'))
  const root = join(folder, 'machine')
  const shell = localShell()
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()
  const over = (connection: Shell): Target => ({
    ...target,
    shell: connection,
    supervisor: processes(connection, `${root}/services`, user),
  })
  const port = await freePort()
  const target: Target = {
    shell,
    supervisor: processes(shell, `${root}/services`, user),
    root,
    public: { proxy, host: '127.0.0.1', port },
    clock: impatient,
    readyWithin: 10_000,
    publicWithin: 10_000,
    ...change,
  }
  context.after(async () => {
    for (const name of ['proxy', 'server-blue', 'server-green']) await target.supervisor.stop(name)
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    target,
    url: `http://127.0.0.1:${port}/`,
    over,
    release: (name, facts) => release(mkdtempSync(join(folder, 'release-')), name, facts),
  }
}

/** Real time in which looks again follow soon. */
const impatient: Clock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds === 250 ? 25 : milliseconds, signal),
}

async function release(folder: string, name: string, facts: ReleaseFacts): Promise<Release> {
  const content = join(folder, 'content')
  mkdirSync(content)
  writeFileSync(join(content, 'server.mjs'), server)
  writeFileSync(join(content, 'model.json'), JSON.stringify({ ...facts, name }))
  const archive = join(folder, 'release.tar')
  execFileSync('tar', ['-cf', archive, '-C', content, '.'])
  return {
    name,
    archive,
    digest: await fileDigest(archive, 'the archive'),
    program: [process.execPath, './server.mjs'],
    model: 'model.json',
    golden: [0, 1].map(phantom => ({ phantom, probabilities: [facts.golden ?? facts.probability] })),
    goldenTolerance: 0.002,
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What the public address answers to a film that is none. */
export async function answerOf(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: 'POST', body: 'x', headers: { 'content-type': 'image/png' } })
  return (await answer.json()) as Record<string, unknown>
}

export interface Load {
  /** Answers by the name of the release that gave them. */
  readonly answers: Readonly<Record<string, number>>
  /** By status or the system's code. */
  readonly failures: Readonly<Record<string, number>>
}

/** Clients who send one film after the other while something is done: some keep their connection, some come anew each time. */
export async function underLoad(url: string, work: () => Promise<unknown>, clients = 6): Promise<Load> {
  const film = await encodePng(goldenPhantoms(1)[0]!)
  const answers: Record<string, number> = {}
  const failures: Record<string, number> = {}
  let working = true
  const client = async (keepAlive: boolean): Promise<void> => {
    const agent = new Agent({ keepAlive, maxSockets: 1 })
    while (working) {
      const { name, failure } = await send(url, agent, film)
      if (name !== undefined) answers[name] = (answers[name] ?? 0) + 1
      if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1
    }
    agent.destroy()
  }
  const all = Array.from({ length: clients }, (_, i) => client(i % 2 === 0))
  try {
    await work()
  } finally {
    working = false
    await Promise.all(all)
  }
  return { answers, failures }
}

function send(
  url: string,
  agent: Agent,
  film: Uint8Array,
): Promise<{ readonly name?: string; readonly failure?: string }> {
  return new Promise(resolve => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'image/png' } }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', piece => {
        text += piece
      })
      answer.once('error', error => resolve({ failure: error.message }))
      answer.once('end', () => {
        if (answer.statusCode !== 200) return resolve({ failure: String(answer.statusCode) })
        const body = JSON.parse(text) as { readonly model: string; readonly bytes?: number }
        resolve(
          (body.bytes ?? film.length) === film.length ? { name: body.model } : { failure: 'a film arrived in part' },
        )
      })
    })
    sent.once('error', error => resolve({ failure: 'code' in error ? String(error.code) : error.message }))
    sent.end(film)
  })
}
