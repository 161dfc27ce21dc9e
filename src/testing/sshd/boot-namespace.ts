import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, fingerprintOfLine } from '../../machines/index.ts'
import { claimSubnet, freeAbandonedSubnets, freeSubnet, type Subnet } from './claim-subnet.ts'
import { listening, type SshdFiles, type SshdOptions, sshdProgram, writeSshdFiles } from './sshd-files.ts'
import { needSshd } from './start-sshd.ts'

/** A machine of its own in everything but its disk and kernel: addresses, host key, processes, home folder. */
export interface NamespaceMachine extends SshdFiles, AsyncDisposable {
  readonly address: Address
  readonly hostKeys: readonly string[]
  /** Where the machine sees the computer of the test. */
  readonly gateway: string
  /** The home folder of its root. */
  readonly home: string
  readonly namespace: string
  /** Pulls the cable out: both sides hear nothing more of each other. */
  linkDown(): void
  linkUp(): void
  /** Makes the machine answer at further addresses, and sends what goes there to it: what stands in between can take over. */
  takeOver(host: string): void
  /** Ends all its processes at once, as a power cut does, and takes it down. Again: nothing happens. */
  stop(): Promise<void>
}

export interface BootOptions extends SshdOptions {
  /** Default 22. */
  readonly port?: number
}

let answer: string | false | undefined
let swept = false

/** For `test(title, { skip: needNamespaces() }, …)`. */
export function needNamespaces(): string | false {
  answer ??= needSshd() || (mayBoot() ? false : 'needs network namespaces: run as root on Linux, with iproute2')
  if (answer !== false && process.env['CI'] === 'true') throw new Error(`Cannot skip a test in CI: it ${answer}`)
  return answer
}

/** A machine with a real OpenSSH server in namespaces of its own (network, processes, mounts, host name). Needs root. */
export async function bootNamespace(options: BootOptions = {}): Promise<NamespaceMachine> {
  if (!swept) freeAbandonedSubnets()
  swept = true
  const subnet = claimSubnet()
  try {
    return await boot(subnet, options)
  } catch (error) {
    freeSubnet(subnet)
    throw error
  }
}

async function boot(subnet: Subnet, options: BootOptions): Promise<NamespaceMachine> {
  const { folder, host, gateway, namespace } = subnet
  const { port = 22 } = options
  const home = join(folder, 'home')
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const authorizedKeysFile = join(home, '.ssh', 'authorized_keys')
  const files = await writeSshdFiles(folder, { host: '0.0.0.0', port, authorizedKeysFile, home }, options)
  plugIn(subnet)
  const shell = spawn('ip', ['netns', 'exec', namespace, ...isolated(writeBootScript(folder, home, files))], {
    stdio: 'ignore',
  })
  const over = new Promise<void>(resolve => shell.once('exit', () => resolve()))
  await listening(files)
  const hostKeys = [fingerprintOfLine(files.hostKey.publicKey)]
  const inside = (...words: readonly string[]): void => ip('-n', namespace, ...words)
  const stop = async (): Promise<void> => {
    shell.kill('SIGKILL')
    await over
    freeSubnet(subnet)
  }
  return {
    ...files,
    address: { host, port, user: 'root', hostKeys },
    hostKeys,
    gateway,
    home,
    namespace,
    linkDown: () => inside('link', 'set', 'eth0', 'down'),
    linkUp: () => {
      inside('link', 'set', 'eth0', 'up')
      // Its routes went with the link.
      inside('route', 'replace', 'default', 'via', gateway)
    },
    takeOver: other => {
      inside('address', 'add', `${other}/32`, 'dev', 'lo')
      ip('route', 'replace', `${other}/32`, 'via', host)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** When the outermost process is killed, the kernel kills all of them. */
function isolated(script: string): readonly string[] {
  return ['unshare', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc', 'sh', script]
}

/** Its root has a home folder of its own. */
function writeBootScript(folder: string, home: string, { words }: SshdFiles): string {
  const passwd = join(folder, 'passwd')
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const ours = lines.map(line => (line.startsWith('root:') ? `root:x:0:0:root:${home}:/bin/sh` : line))
  writeFileSync(passwd, ours.join('\n'))
  const script = join(folder, 'boot.sh')
  const steps = [
    'set -e',
    `hostname machine`,
    `mount --bind ${passwd} /etc/passwd`,
    `cd ${home}`,
    `exec ${sshdProgram} ${words.join(' ')}`,
  ]
  writeFileSync(script, steps.join('\n'))
  chmodSync(script, 0o700)
  return script
}

function plugIn({ namespace, link, gateway, host }: Subnet): void {
  ip('netns', 'add', namespace)
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  ip('address', 'add', `${gateway}/30`, 'dev', link)
  ip('link', 'set', link, 'up')
  ip('-n', namespace, 'address', 'add', `${host}/30`, 'dev', 'eth0')
  ip('-n', namespace, 'link', 'set', 'lo', 'up')
  ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  ip('-n', namespace, 'route', 'add', 'default', 'via', gateway)
}

function mayBoot(): boolean {
  const subnet = claimSubnet()
  try {
    plugIn(subnet)
    return spawnSync('ip', ['netns', 'exec', subnet.namespace, ...isolated('/dev/null')]).status === 0
  } catch {
    return false
  } finally {
    freeSubnet(subnet)
  }
}

function ip(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`"ip ${words.join(' ')}" failed: ${stderr ?? 'no such program'}`)
}
