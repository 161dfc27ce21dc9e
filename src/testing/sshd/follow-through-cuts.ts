import { join } from 'node:path'
import { packageRoot, systemClock } from '../../core/index.ts'
import { connect, followLog, type Shell, startJob } from '../../machines/index.ts'
import type { NamespaceMachine } from './boot-namespace.ts'

export interface CutFollowed {
  readonly texts: readonly string[]
  readonly wanted: readonly string[]
  /** How often a connection was lost, or could not be made. */
  readonly losses: number
  /** Milliseconds: the longest time without a line. */
  readonly silence: number
}

/** Lines between two cuts, twenty a second. */
const between = 60

/** Follows a job that prints all the time, while its machine's link is cut for so many seconds again and again. */
export async function followThroughCuts(machine: NamespaceMachine, cuts: readonly number[]): Promise<CutFollowed> {
  const connected = (): Promise<Shell> => connect(machine.address, { privateKey: machine.key.privateKey })
  const seconds = cuts.reduce((sum, cut) => sum + cut, 0)
  const count = seconds * 20 + (cuts.length + 1) * between
  const folder = join(machine.home, 'job')
  await using shell = await connected()
  await startJob(shell, { folder, agent: [process.execPath, agentMain], job: printing(count) })
  let losses = 0
  let silence = 0
  let last = performance.now()
  let nextCut = between
  const left = [...cuts]
  const texts: string[] = []
  const following = followLog(connected, folder, { clock: systemClock, onLost: () => losses++ })
  for (let next = await following.next(); !next.done; next = await following.next()) {
    silence = Math.max(silence, performance.now() - last)
    last = performance.now()
    texts.push(next.value.text)
    if (next.value.number !== nextCut) continue
    const cut = left.shift()
    if (cut === undefined) continue
    machine.linkDown()
    setTimeout(() => machine.linkUp(), cut * 1000)
    nextCut += cut * 20 + between
  }
  return { texts, wanted: Array.from({ length: count }, (_, i) => `line ${i + 1}`), losses, silence }
}

const agentMain = join(packageRoot(), 'dist/src/machines/agent/main.js')

function printing(count: number) {
  const now = Date.now()
  const end = now + count * 1000
  const script = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done`
  return {
    format: 'chestnut.job/1',
    run: 'c0ffee123456',
    words: ['sh', '-c', script],
    folder: '/',
    environment: [],
    now,
    deadline: end,
    limit: end,
    heartbeat: 1000,
    grace: 1000,
  } as const
}
