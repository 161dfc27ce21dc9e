import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Address, fingerprintOfLine } from '../../machines/index.ts'
import { need } from '../needs.ts'
import { listening, type SshdFiles, type SshdOptions, sshdProgram, writeSshdFiles } from './sshd-files.ts'

/** For `test(title, { skip: needSshd() }, …)`. */
export function needSshd(): string | false {
  return need({ path: sshdProgram, install: 'apt-get install openssh-server' })
}

export interface Sshd extends SshdFiles {
  readonly address: Address
  readonly process: ChildProcess
  /** Ends it with its connections. */
  stop(): Promise<void>
}

/** A real OpenSSH server on a free port of 127.0.0.1, for the user who runs the test. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-sshd-'))
  const authorizedKeysFile = join(folder, 'authorized_keys')
  const place = { host: '127.0.0.1', port: await freePort(), authorizedKeysFile, home: folder }
  const files = await writeSshdFiles(folder, place, options)
  const process = spawn(sshdProgram, files.words, { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    await endProcess(process)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await listening(files)
  } catch (error) {
    await stop()
    throw error
  }
  const hostKeys = [fingerprintOfLine(files.hostKey.publicKey)]
  const address = { host: place.host, port: place.port, user: userInfo().username, hostKeys }
  return { ...files, process, address, stop }
}

/** Kills a process with its children, and waits for its end. */
async function endProcess(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const over = new Promise(resolve => process.once('exit', resolve))
  spawnSync('pkill', ['-KILL', '-P', String(process.pid)])
  process.kill('SIGKILL')
  await over
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
