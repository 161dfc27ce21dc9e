import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { isAlive, Problem, packageRoot, systemClock } from '../../core/index.ts'
import { needSshd, type Sshd, startSshd } from '../../testing/index.ts'
import { needMounts, smallDisk } from '../../testing/mounts.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import type { Shell } from '../shell.ts'
import { connect } from '../ssh/connect.ts'
import { followLog } from './follow-log.ts'
import { parseHeartbeat } from './heartbeat.ts'
import type { Job } from './job.ts'
import type { JobExit } from './job-exit.ts'
import { jobFiles } from './job-files.ts'
import { jobState } from './job-state.ts'
import type { LogLine } from './log-line.ts'
import { moveDeadline, startJob, stopJob } from './start-job.ts'

const skip = needSshd()
const agent = [process.execPath, join(packageRoot(), 'dist/src/machines/agent/main.js')]

describe('an agent', { skip, concurrency: 4 }, () => {
  let sshd: Sshd
  before(async () => {
    sshd = await startSshd()
  })
  after(() => sshd.stop())
  const connected = (): Promise<Shell> => connect(sshd.address, { privateKey: sshd.key.privateKey })

  /** Starts a job and lets its connection go. */
  async function begun(context: TestContext, words: readonly string[], options: Partial<Job> = {}): Promise<string> {
    const folder = join(temporaryFolder(context), 'job')
    context.after(() => end(folder))
    await using shell = await connected()
    await startJob(shell, { folder, agent, job: job(words, options), environment: { CHESTNUT_TOKEN: 'sesame' } })
    return folder
  }

  const log = (folder: string, from = 1): Promise<Followed> =>
    all(followLog(connected, folder, { clock: systemClock, from }))

  test('runs a job whose connection has gone, and keeps its lines and how it ended', async context => {
    const folder = await begun(context, ['sh', '-c', 'echo one; echo two >&2; printf three; exit 7'])
    const { lines, exit } = await log(folder)
    assert.deepEqual(lines.map(line => line.text).sort(), ['one', 'three', 'two'])
    assert.deepEqual(
      lines.map(line => line.number),
      [1, 2, 3],
    )
    assert.equal(lines.find(line => line.text === 'two')?.stream, 'err')
    assert.deepEqual([exit.status, exit.reason, exit.lines], [7, 'finished', 3])
    assert.deepEqual((await log(folder, 3)).lines, lines.slice(2))
    assert.equal((await log(folder, 4)).exit.status, 7)
  })

  test('hands on the variables that the job names, and writes no value of them anywhere', async context => {
    const length = 'test "$(printf %s "$CHESTNUT_TOKEN" | wc -c)" = 6'
    const script = ['sh', '-c', `${length} && test -z "$OTHER" && echo $CHESTNUT_RUN`]
    const folder = await begun(context, script, { environment: ['CHESTNUT_TOKEN'] })
    const { lines, exit } = await log(folder)
    assert.deepEqual([exit.status, lines[0]?.text], [0, 'c0ffee123456'])
    const files = spawnSync('grep', ['-r', 'sesame', folder], { encoding: 'utf8' })
    assert.equal(files.stdout, '')
    const unnamed = await begun(context, ['sh', '-c', 'echo "<$CHESTNUT_TOKEN>"'])
    assert.equal((await log(unnamed)).lines[0]?.text, '<>')
  })

  test('ends a job at its deadline with all its processes: it asks, then kills', async context => {
    const stubborn =
      'trap "echo asked" TERM; (trap "" TERM; echo $$; while :; do sleep 0.1; done) & while :; do sleep 0.1; done'
    const now = Date.now()
    const folder = await begun(context, ['sh', '-c', stubborn], { now, deadline: now + 1500, grace: 600 })
    const { lines, exit } = await log(folder)
    assert.deepEqual([exit.status, exit.reason], [137, 'deadline'])
    const texts = lines.map(line => `${line.stream}: ${line.text}`)
    assert.ok(
      texts.includes('agent: The job is ended: its deadline has come') && texts.includes('out: asked'),
      texts.join('\n'),
    )
    assert.deepEqual(processesOf(folder), [])
    assert.ok(exit.ended - exit.started >= 2000 && exit.ended - exit.started < 10_000)
  })

  test('goes by the clock of the provider, not of the machine', async context => {
    const now = Date.now() - 3600_000
    const folder = await begun(context, ['sleep', '60'], { now, deadline: now + 1000, limit: now + 1000 })
    const { exit } = await log(folder)
    assert.equal(exit.reason, 'deadline')
    assert.ok(exit.ended >= now + 1000 && exit.ended < now + 20_000)
  })

  test('moves a deadline later and earlier, and never beyond the limit', async context => {
    const now = Date.now()
    const words = ['sh', '-c', 'sleep 7; echo done']
    const later = await begun(context, words, { now, deadline: now + 6000, limit: now + 60_000, heartbeat: 200 })
    const limited = await begun(context, ['sleep', '60'], {
      now,
      deadline: now + 6000,
      limit: now + 6500,
      heartbeat: 200,
    })
    const earlier = await begun(context, ['sleep', '60'], { now, deadline: now + 60_000, heartbeat: 200 })
    await using shell = await connected()
    await moveDeadline(shell, later, now + 30_000)
    await moveDeadline(shell, limited, now + 30_000)
    await moveDeadline(shell, earlier, now)
    const ends = await Promise.all([later, limited, earlier].map(folder => log(folder)))
    assert.deepEqual(
      ends.map(({ exit }) => exit.reason),
      ['finished', 'deadline', 'deadline'],
    )
  })

  test('ends its job when it is asked to', async context => {
    const folder = await begun(context, ['sh', '-c', 'echo begun; exec sleep 60'])
    await using shell = await connected()
    assert.equal((await jobState(shell, folder)).state, 'running')
    await stopJob(shell, folder)
    const { exit } = await log(folder)
    assert.deepEqual([exit.status, exit.reason], [143, 'stopped'])
    await stopJob(shell, folder)
    assert.equal((await jobState(shell, folder)).exit?.reason, 'stopped')
  })

  test('says so when there is no such command or folder', async context => {
    const { exit, lines } = await log(await begun(context, ['no-such-command']))
    assert.deepEqual([exit.status, exit.reason], [127, 'not-started'])
    assert.equal(lines[0]?.text, 'Cannot start "no-such-command": ENOENT')
    await using shell = await connected()
    assert.equal((await jobState(shell, '/no/such/folder')).state, 'not-started')
    await assert.rejects(log('/no/such/folder'), /was never started$/)
  })

  test('is the only one of its job, however often that is started', async context => {
    const folder = join(temporaryFolder(context), 'job')
    context.after(() => end(folder))
    await using shell = await connected()
    const options = { folder, agent, job: job(['sh', '-c', 'echo $$; sleep 1']) }
    await Promise.all(Array.from({ length: 4 }, () => startJob(shell, options)))
    const { lines } = await log(folder)
    await startJob(shell, options)
    assert.equal(lines.length, 1)
  })

  test('that was killed is missed, and nobody makes up how its job ended', async context => {
    const folder = await begun(context, ['sh', '-c', 'echo begun; exec sleep 60'])
    const following = followLog(connected, folder, { clock: systemClock })
    assert.equal((await following.next()).done, false)
    process.kill(agentOf(folder), 'SIGKILL')
    await assert.rejects(following.next(), { name: 'Problem', message: /its agent died$/ })
  })

  test('beats in its file and to whoever hears user data, from a port of root', { skip: needRoot() }, async context => {
    const heard: { port: number | undefined; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', data => {
        body += data
      })
      request.on('end', () => {
        heard.push({ port: request.socket.remotePort, body })
        response.statusCode = heard.length === 2 ? 500 : 204
        response.end()
      })
    }).listen(0, '127.0.0.1')
    context.after(() => server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const folder = await begun(context, ['sh', '-c', 'echo a; sleep 1'], {
      heartbeat: 200,
      userData: `http://127.0.0.1:${port}/user_data/chestnut-heartbeat`,
    })
    await log(folder)
    await until(() => heard.length > 0 && parseHeartbeat(JSON.parse(heard.at(-1)!.body)).state === 'ended')
    assert.ok(heard.length >= 4 && heard.every(one => one.port !== undefined && one.port < 1024))
    const beats = heard.map(one => parseHeartbeat(JSON.parse(one.body)))
    assert.deepEqual([beats[0]?.state, beats[0]?.run, beats.at(-1)?.lines], ['running', 'c0ffee123456', 1])
    const file = parseHeartbeat(JSON.parse(readFileSync(join(folder, jobFiles.heartbeat), 'utf8')))
    assert.deepEqual(file, beats.at(-1))
    assert.match(
      readFileSync(join(folder, jobFiles.complaints), 'utf8'),
      /^Cannot write user data: the service answered 500$/m,
    )
  })

  test('ends a job whose log fills the disk, and says so', { skip: needMounts() }, async context => {
    const disk = smallDisk(512 * 1024)
    context.after(() => disk.unmount())
    const folder = join(disk.folder, 'job')
    context.after(() => end(folder))
    await using shell = await connected()
    const script =
      'i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo "line $i of many that fill the disk"; done; exec sleep 60'
    await startJob(shell, { folder, agent, job: job(['sh', '-c', script]) })
    const { lines, exit } = await log(folder)
    assert.deepEqual([exit.status, exit.reason, exit.lines], [143, 'log-failed', lines.length])
    assert.ok(lines.length > 1000)
    assert.deepEqual(
      lines.map(line => line.text),
      lines.map((_, i) => `line ${i + 1} of many that fill the disk`),
    )
  })

  test('breaks a line that does not end, and keeps what is no text', async context => {
    const folder = await begun(context, [
      'sh',
      '-c',
      'head -c 150000 /dev/zero | tr "\\0" x; printf "\\n\\377\\n\\303"; sleep 0.2; printf "\\244"',
    ])
    const { lines } = await log(folder)
    assert.deepEqual(
      lines.map(line => line.text.length),
      [65536, 65536, 150000 - 2 * 65536, 1, 1],
    )
    assert.deepEqual(lines.at(-1)?.text, 'ä')
  })
})

test('a log loses and doubles no line, wherever its connection is cut', { skip }, async context => {
  const sshd = await startSshd()
  context.after(() => sshd.stop())
  const folder = join(temporaryFolder(context), 'job')
  context.after(() => end(folder))
  const connected = (): Promise<Shell> => connect(sshd.address, { privateKey: sshd.key.privateKey })
  const count = 3000
  const script = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; [ $((i % 20)) -eq 0 ] && sleep 0.02; done`
  await using shell = await connected()
  await startJob(shell, { folder, agent, job: job(['sh', '-c', script]) })
  let cuts = 0
  let lost = 0
  const following = followLog(connected, folder, { clock: systemClock, onLost: () => lost++ })
  const lines: LogLine[] = []
  for (let next = await following.next(); !next.done; next = await following.next()) {
    lines.push(next.value)
    if (lines.length % 400 === 399) cuts += cut(sshd)
  }
  assert.ok(cuts >= 5 && lost >= 5, `${cuts} cuts, ${lost} noticed`)
  assert.deepEqual(
    lines.map(line => line.text),
    Array.from({ length: count }, (_, i) => `line ${i + 1}`),
  )
})

/** Kills what serves the connections, in the middle of what it sends. */
function cut(sshd: Sshd): number {
  const { stdout } = spawnSync('pgrep', ['-P', String(sshd.process.pid)], { encoding: 'utf8' })
  for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
  return 1
}

interface Followed {
  readonly lines: readonly LogLine[]
  readonly exit: JobExit
}

async function all(following: AsyncGenerator<LogLine, JobExit>): Promise<Followed> {
  const lines: LogLine[] = []
  for (;;) {
    const next = await following.next()
    if (next.done) return { lines, exit: next.value }
    lines.push(next.value)
  }
}

function job(words: readonly string[], options: Partial<Job> = {}): Job {
  const now = options.now ?? Date.now()
  return {
    format: 'chestnut.job/1',
    run: 'c0ffee123456',
    words,
    folder: '/tmp',
    environment: [],
    now,
    deadline: now + 60_000,
    limit: now + 120_000,
    heartbeat: 1000,
    grace: 2000,
    ...options,
  }
}

function agentOf(folder: string): number {
  return Number(readFileSync(join(folder, jobFiles.agent), 'utf8'))
}

/** The processes of the job whose log is in the folder. */
function processesOf(folder: string): readonly number[] {
  const first = readFileSync(join(folder, jobFiles.log), 'utf8').split('\n')[0]
  const pid = Number((JSON.parse(first ?? '') as LogLine).text)
  return isAlive(pid) ? [pid] : []
}

function end(folder: string): void {
  if (!existsSync(join(folder, jobFiles.agent))) return
  const pid = agentOf(folder)
  if (!isAlive(pid)) return
  for (const child of spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean))
    spawnSync('kill', ['-KILL', '--', `-${child}`])
  spawnSync('kill', ['-KILL', String(pid)])
}

function needRoot(): string | false {
  return process.getuid?.() === 0 ? false : 'needs ports below 1024: run as root'
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > end) throw new Problem('It did not come true within 10 s')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
