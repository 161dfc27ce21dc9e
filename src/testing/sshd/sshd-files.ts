import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyPair, newKeyPair } from '../../machines/index.ts'

export interface SshdOptions {
  /** Lines of the keys that may log in besides the `key` that is made. */
  readonly authorizedKeys?: readonly string[]
  /** Default: a new one. */
  readonly hostKey?: KeyPair
  /** Scripts by name that stand in for programs of the machine. */
  readonly programs?: Readonly<Record<string, string>>
}

export interface SshdFiles {
  readonly hostKey: KeyPair
  /** A key that may log in. */
  readonly key: KeyPair
  /** Whose lines are the keys that may log in. */
  readonly authorizedKeysFile: string
  /** The folder of the scripts that stand in for programs. */
  readonly programs: string
  /** After the program's name. */
  readonly words: readonly string[]
  /** What it has logged so far, with every step of every login. */
  log(): string
}

interface Place {
  readonly host: string
  readonly port: number
  readonly authorizedKeysFile: string
  /** The home folder of whoever logs in: with the tester's own, their shell's start-up files would run for every command. */
  readonly home: string
}

export const sshdProgram = '/usr/sbin/sshd'

/** Keys and configuration of an OpenSSH server, in a folder. */
export async function writeSshdFiles(folder: string, place: Place, options: SshdOptions): Promise<SshdFiles> {
  const file = (name: string): string => join(folder, name)
  const { authorizedKeysFile } = place
  const hostKey = options.hostKey ?? (await newKeyPair('host'))
  const key = await newKeyPair('test')
  writeFileSync(file('host_key'), hostKey.privateKey, { mode: 0o600 })
  const keys = [key.publicKey, ...(options.authorizedKeys ?? [])]
  writeFileSync(authorizedKeysFile, `${keys.join('\n')}\n`, { mode: 0o600 })
  const programs = file('bin')
  mkdirSync(programs)
  for (const [name, text] of Object.entries(options.programs ?? {})) {
    writeFileSync(join(programs, name), text)
    chmodSync(join(programs, name), 0o755)
  }
  const environment = `SetEnv HOME=${place.home} PATH=${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  writeFileSync(file('sshd_config'), `${[...settings(place, file('host_key')), environment].join('\n')}\n`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const log = (): string => (existsSync(file('log')) ? readFileSync(file('log'), 'utf8') : '')
  return {
    hostKey,
    key,
    authorizedKeysFile,
    programs,
    words: ['-D', '-f', file('sshd_config'), '-E', file('log')],
    log,
  }
}

function settings({ host, port, authorizedKeysFile }: Place, hostKeyFile: string): readonly string[] {
  return [
    `Port ${port}`,
    `ListenAddress ${host}`,
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${authorizedKeysFile}`,
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
    'LogLevel DEBUG1',
    'MaxStartups 200',
    'ClientAliveInterval 5',
    'PidFile none',
  ]
}

/** Until it says that it listens. Milliseconds. */
export async function listening({ log }: SshdFiles, patience = 20_000): Promise<void> {
  for (const end = Date.now() + patience; !log().includes('Server listening on'); ) {
    if (Date.now() > end) throw new Error(`sshd does not listen:\n${log()}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
