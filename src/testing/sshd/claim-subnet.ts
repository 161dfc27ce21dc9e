import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive, systemCode } from '../../core/index.ts'

/** Four addresses for one machine and its host, and the names that go with them; nobody else on this computer has them. */
export interface Subnet {
  readonly folder: string
  readonly namespace: string
  /** The host's end of the cable. */
  readonly link: string
  /** The host's address on it. */
  readonly gateway: string
  readonly host: string
}

const start = 'chestnut-netns-'
const most = 4096
/** Where the search begins differs between processes, so that they seldom meet. */
let next = (process.pid * 7) % most

/** The folder is the claim: only one can make it. */
export function claimSubnet(): Subnet {
  for (let tries = 0; tries < most; tries++) {
    const subnet = subnetOf(next)
    next = (next + 1) % most
    if (!claimed(subnet.folder)) continue
    writeFileSync(join(subnet.folder, 'owner'), String(process.pid))
    return subnet
  }
  throw new Error(`Cannot boot a namespace: all ${most} are taken`)
}

function claimed(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

function subnetOf(number: number): Subnet {
  const network = `10.200.${number >> 6}`
  const first = (number & 63) * 4
  return {
    folder: join(tmpdir(), `${start}${number}`),
    namespace: `chestnut-${number}`,
    link: `chestnut${number}`,
    gateway: `${network}.${first + 1}`,
    host: `${network}.${first + 2}`,
  }
}

/** Takes down a namespace with all processes in it. */
export function freeSubnet({ folder, namespace, link }: Subnet): void {
  const pids = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
  if (pids.length > 0) spawnSync('kill', ['-KILL', ...pids])
  // What is not there any more need not be taken down.
  spawnSync('ip', ['link', 'del', link])
  spawnSync('ip', ['netns', 'del', namespace])
  rmSync(folder, { recursive: true, force: true })
}

/** Takes down what tests left behind that were killed. */
export function freeAbandonedSubnets(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, number] = name.match(/^chestnut-netns-([0-9]+)$/) ?? []
    if (number === undefined) continue
    const subnet = subnetOf(Number(number))
    const owner = ownerOf(subnet)
    if (owner !== undefined && !isAlive(owner)) freeSubnet(subnet)
  }
}

/** Undefined while its owner is just writing it. */
function ownerOf({ folder }: Subnet): number | undefined {
  try {
    const text = readFileSync(join(folder, 'owner'), 'utf8')
    return text === '' ? undefined : Number(text)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
