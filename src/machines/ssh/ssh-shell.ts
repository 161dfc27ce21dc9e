import { constants } from 'node:os'
import type { Client, ClientChannel } from 'ssh2'
import { Problem } from '../../core/index.ts'
import type { Address } from '../provider.ts'
import type { Answer, RunOptions, Shell, ShellOptions } from '../shell.ts'
import { forward } from './forward.ts'
import { linesOf } from './lines-of.ts'
import { quote } from './quote.ts'
import { LinkLost } from './ssh-errors.ts'
import { download, upload } from './transfer.ts'
import { type Bounds, within } from './within.ts'

/** Of one command or one pause in a transfer, in milliseconds. */
const defaultTimeout = 60_000

/** A shell on a connection that has logged in. */
export function sshShell(client: Client, address: Address): Shell {
  const link = watched(client, address)
  const bounds = (what: string, { signal, timeout = defaultTimeout }: ShellOptions): Bounds => ({
    what: `${what} on "${address.host}"`,
    timeout,
    signals: [signal, link],
  })
  const open = (words: readonly string[], options: ShellOptions): Promise<Command> => {
    const line = quote(words)
    return within(() => opened(client, line), bounds(`Cannot run "${words[0]}"`, options))
  }

  async function run(words: readonly string[], options: RunOptions = {}): Promise<Answer> {
    const command = await open(words, options)
    try {
      return await within(() => answer(command, options.input), bounds(`Cannot wait for "${words[0]}"`, options))
    } finally {
      command.channel.destroy()
    }
  }

  async function* follow(
    words: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<string, number> {
    const { channel, status } = await open(words, options)
    channel.stderr.resume()
    const lines = linesOf(channel, false)
    const endless: Bounds = { what: 'Cannot follow', signals: [options.signal, link] }
    try {
      for (;;) {
        const next = await within(() => lines.next(), endless)
        if (next.done) return await within(() => status, endless)
        yield next.value
      }
    } finally {
      channel.destroy()
    }
  }

  const close = (): Promise<void> =>
    new Promise(resolve => {
      if (link.aborted) return resolve()
      client.once('close', () => resolve())
      client.end()
      // A peer that is gone does not say goodbye.
      setTimeout(() => client.destroy(), 1000).unref()
    })

  return {
    address,
    run,
    follow,
    upload: (local, remote, options = {}) =>
      within(step => upload(client, local, remote, step), bounds('Cannot upload a file', options)),
    download: (remote, local, options = {}) =>
      within(step => download(client, remote, local, step), bounds('Cannot download a file', options)),
    forward: port => forward(client, port, link),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Aborted, with a sentence, once the connection is gone. */
function watched(client: Client, address: Address): AbortSignal {
  const link = new AbortController()
  const lost = (why: string, cause?: Error): void =>
    link.abort(new LinkLost(`The connection to "${address.host}" is lost: ${why}`, { cause }))
  client.on('error', error => {
    lost(error.level === 'client-timeout' ? 'it does not answer any more' : 'it was cut', error)
    client.destroy()
  })
  client.on('close', () => lost('it was closed'))
  return link.signal
}

interface Command {
  readonly channel: ClientChannel
  readonly status: Promise<number>
}

/** The status is listened for from the very beginning: that of a short command may come with the news that it began. */
function opened(client: Client, line: string): Promise<Command> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => {
      if (error) reject(new Problem('Cannot run a command: the machine does not allow it', { cause: error }))
      else resolve({ channel, status: statusOf(channel) })
    })
  })
}

async function answer({ channel, status }: Command, input: string | undefined): Promise<Answer> {
  // Commands that end without reading what they were given are judged by their status.
  channel.on('error', () => undefined)
  channel.end(input ?? '')
  const [lines, errors] = await Promise.all([all(linesOf(channel, true)), all(linesOf(channel.stderr, true))])
  return { lines, errors, status: await status }
}

/** Rejects when the channel closes without a status: what came until then may not be all. */
function statusOf(channel: ClientChannel): Promise<number> {
  const status = new Promise<number>((resolve, reject) => {
    channel.on('exit', (code: number | null, signal?: string) =>
      resolve(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 127)),
    )
    channel.on('close', () => reject(new LinkLost('The connection is lost: it was cut while a command ran')))
  })
  // Asked for later than it may be known.
  status.catch(() => undefined)
  return status
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}
