import type { Client, ConnectConfig } from 'ssh2'
import { Misuse, systemCode, throwIfAborted } from '../../core/index.ts'
import type { Address } from '../provider.ts'
import type { Shell } from '../shell.ts'
import { fingerprint } from './fingerprint.ts'
import { LinkLost, LoginRefused, WrongHostKey } from './ssh-errors.ts'
import { sshShell } from './ssh-shell.ts'

export interface ConnectOptions {
  /** In the format of OpenSSH. */
  readonly privateKey: string
  /** Milliseconds until the login must be done. Default 10,000. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** A peer that is silent is asked every second; after three questions without an answer the link is given up, in 4 s. */
const keepalive = { keepaliveInterval: 1000, keepaliveCountMax: 3 }

/**
 * Logs in to a machine whose host keys are known. Only ed25519 keys are spoken of, on both sides.
 *
 * @throws WrongHostKey when the key that answers is none of the address's, before anything was said to it; LoginRefused when the
 * machine does not take our key; LinkLost when it cannot be reached.
 */
export async function connect(address: Address, options: ConnectOptions): Promise<Shell> {
  if (address.hostKeys.length === 0)
    throw new Misuse(`Cannot log in to "${place(address)}": none of its host keys is known, wanted one or more`)
  throwIfAborted(options.signal)
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  await loggedIn(client, address, options)
  return sshShell(client, address)
}

function loggedIn(client: Client, address: Address, options: ConnectOptions): Promise<void> {
  const { signal, timeout = 10_000 } = options
  let found: string | undefined
  const config: ConnectConfig = {
    host: address.host,
    port: address.port,
    username: address.user,
    privateKey: options.privateKey,
    authHandler: ['publickey'],
    algorithms: { serverHostKey: ['ssh-ed25519'] },
    hostVerifier: (key: Buffer) => {
      found = fingerprint(key)
      return address.hostKeys.includes(found)
    },
    readyTimeout: timeout,
    ...keepalive,
  }
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal?.removeEventListener('abort', stop)
      client.removeAllListeners()
      act()
    }
    const fail = (error: unknown): void =>
      settle(() => {
        // What a socket says after its end is of no interest, but must not go unheard.
        client.on('error', () => undefined)
        client.destroy()
        reject(error)
      })
    const stop = (): void => {
      try {
        throwIfAborted(signal)
      } catch (reason) {
        fail(reason)
      }
    }
    signal?.addEventListener('abort', stop)
    client.once('ready', () => settle(resolve))
    client.once('error', error => fail(sentence(error, address, found)))
    client.once('close', () => fail(new LinkLost(`Cannot reach "${place(address)}": the connection was closed`)))
    try {
      client.connect(config)
    } catch (error) {
      fail(new Misuse(`Cannot log in to "${place(address)}": the private key cannot be read`, { cause: error }))
    }
  })
}

function sentence(error: Error & { level?: string }, address: Address, found: string | undefined): Error {
  const { hostKeys } = address
  const at = `"${place(address)}"`
  if (found !== undefined && !hostKeys.includes(found)) {
    const wanted = hostKeys.map(key => `"${key}"`).join(' or ')
    return new WrongHostKey(`Cannot trust ${at}: its host key is "${found}", wanted ${wanted}`, { cause: error })
  }
  if (error.level === 'client-authentication')
    return new LoginRefused(`Cannot log in to ${at} as "${address.user}": it does not take our key`, { cause: error })
  return new LinkLost(`Cannot reach ${at}: ${reason(error)}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name cannot be looked up now',
  ETIMEDOUT: 'no answer',
}

function reason(error: Error & { level?: string }): string {
  const known = reasons[systemCode(error) ?? '']
  if (known !== undefined) return known
  return error.level === 'client-timeout' ? 'no answer' : `the handshake failed (${error.message})`
}

function place({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
