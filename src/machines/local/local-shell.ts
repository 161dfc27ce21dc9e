import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Misuse, Problem, throwIfAborted } from '../../core/index.ts'
import type { Machine } from '../provider.ts'
import type { Answer, RunOptions, Shell, ShellOptions } from '../shell.ts'
import { linesOf } from '../ssh/lines-of.ts'
import { within } from '../ssh/within.ts'
import { localFolder } from './local-folder.ts'
import { machineVariable } from './processes.ts'

/**
 * A shell on a machine of the provider `local`: commands begin in its folder, and all that they start ends with the machine.
 *
 * @param folder the one that the provider was given
 */
export function localShell(machine: Machine, folder: string): Shell {
  const start = (words: readonly string[]): ChildProcess => {
    const [program = '', ...rest] = words
    const env = { ...process.env, [machineVariable]: machine.id }
    return spawn(program, rest, { cwd: localFolder(folder, machine), env, stdio: ['pipe', 'pipe', 'pipe'] })
  }
  const close = async (): Promise<void> => undefined
  return {
    address: { host: 'this computer', port: 0, user: '', hostKeys: [] },
    run: (words, options = {}) => run(start(words), words, options),
    follow: (words, { signal } = {}) => follow(start(words), words, signal),
    upload: copy,
    download: (remote, local, options) => copy(remote, local, options),
    forward: () => Promise.reject(new Misuse('Cannot forward a port of this computer to itself')),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function run(child: ChildProcess, words: readonly string[], options: RunOptions): Promise<Answer> {
  const { input = '', signal, timeout = 60_000 } = options
  const status = statusOf(child, words)
  // A command that ends without reading closes its input.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const whole = async (): Promise<Answer> => {
    const [ended, out, err] = await Promise.all([status, text(child.stdout!), text(child.stderr!)])
    return { status: ended, lines: split(out), errors: split(err) }
  }
  try {
    return await within(whole, { what: `Cannot wait for "${words[0]}"`, timeout, signals: [signal] })
  } finally {
    letGo(child)
  }
}

async function* follow(
  child: ChildProcess,
  words: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<string, number> {
  const status = statusOf(child, words)
  child.stderr?.resume()
  const lines = linesOf(child.stdout as Readable, false)
  const endless = { what: 'Cannot follow', signals: [signal] }
  try {
    for (;;) {
      const next = await within(() => lines.next(), endless)
      if (next.done) return await within(() => status, endless)
      yield next.value
    }
  } finally {
    letGo(child)
    child.kill()
  }
}

function statusOf(child: ChildProcess, words: readonly string[]): Promise<number> {
  const status = new Promise<number>((resolve, reject) => {
    child.once('error', cause =>
      reject(new Problem(`Cannot run "${words[0]}": the machine or the program is not there`, { cause })),
    )
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
  // It may be asked for later than it is known.
  status.catch(() => undefined)
  return status
}

/** What it left running does not hold us. */
function letGo(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  child.unref()
}

async function copy(from: string, to: string, { signal }: ShellOptions = {}): Promise<void> {
  throwIfAborted(signal)
  const partial = `${to}.part`
  try {
    await mkdir(dirname(to), { recursive: true })
    await copyFile(from, partial)
    await rename(partial, to)
  } catch (cause) {
    await rm(partial, { force: true })
    throw new Problem(`Cannot copy to "${to}"`, { cause })
  }
}

function split(all: string): readonly string[] {
  const lines = all.replace(/\n$/, '')
  return lines === '' ? [] : lines.split('\n')
}
