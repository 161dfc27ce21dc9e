import { type ChildProcess, spawn } from 'node:child_process'
import type { ContainerStorage } from './container-storage.ts'

/** What an image says about itself. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck?: { readonly Test: readonly string[] }
}

/** An image with its files laid out. */
export interface OpenedImage {
  readonly root: string
  readonly config: ImageConfig
}

/** Pulls an image of a registry that speaks plain HTTP, and lays out its files. */
export function openImage(storage: ContainerStorage, reference: string): OpenedImage {
  const container = storage.buildah('from', '--pull-always', '--tls-verify=false', reference)
  const facts = JSON.parse(storage.buildah('inspect', container)) as { Docker: { config: ImageConfig } }
  return { root: storage.buildah('mount', container), config: facts.Docker.config }
}

export interface Contained {
  readonly child: ChildProcess
  /** Of its first process, as this computer counts. */
  readonly pid: Promise<number>
  /** All that it wrote, once it has ended, and its exit code. */
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>
  /** What it wrote, as soon as that has the pattern. */
  shows(pattern: RegExp): Promise<string>
}

/**
 * Runs words in an image as a container engine does that was told --read-only: as the image's user, without a right, its root
 * read-only, process 1. It shares the network.
 * @param volume a folder that may be written at "/app/.chestnut"
 */
export function runImage({ root, config }: OpenedImage, words: readonly string[], volume: string): Contained {
  const [user = '', group = user] = config.User.split(':')
  const child = spawn(
    'bwrap',
    [
      ...['--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/tmp'],
      ...['--bind', volume, '/app/.chestnut', '--unshare-pid', '--as-pid-1', '--unshare-ipc', '--unshare-uts'],
      ...['--die-with-parent', '--info-fd', '3', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--clearenv'],
      ...config.Env.flatMap(one => ['--setenv', one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
      ...['--chdir', config.WorkingDir],
      ...['setpriv', '--reuid', user, '--regid', group, '--clear-groups', '--no-new-privs', '--', ...words],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  )
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', chunk => {
      text += String(chunk)
      for (const look of watchers) look()
    })
  const ended = new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, text }))
  })
  return {
    child,
    pid: firstProcess(child),
    ended,
    shows: pattern =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(text)) resolve(text)
        }
        watchers.add(look)
        ended.then(
          ({ code }) => reject(new Error(`It ended with ${code} before it showed ${pattern}:\n${text}`)),
          reject,
        )
        look()
      }),
  }
}

function firstProcess(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += String(chunk)
      const found = /"child-pid":\s*(\d+)/.exec(text)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
    child.once('close', () => reject(new Error('It ended before it began')))
  })
}
