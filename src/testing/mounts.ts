import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Who may mount: root, or who may become root without a password. */
const asRoot: readonly string[] = process.getuid?.() === 0 ? [] : ['sudo', '-n']

let answer: string | false | undefined

/**
 * For `test(title, { skip: needMounts() }, …)`: false where this process may mount file systems, else the reason for
 * skipping. With `CI=true` it throws.
 */
export function needMounts(): string | false {
  answer ??= mayMount() ? false : 'needs to mount file systems: run as root on Linux'
  if (answer !== false && process.env['CI'] === 'true') throw new Error(`Cannot skip a test in CI: it ${answer}`)
  return answer
}

export interface Mount {
  readonly folder: string
  unmount(): void
}

/** A disk of its own that is soon full (tmpfs). */
export function smallDisk(bytes: number): Mount {
  return mounted(folder => ['-t', 'tmpfs', '-o', `size=${bytes},mode=0777`, 'tmpfs', folder])
}

/** A folder as nobody may write to it, root neither: a read-only bind mount. */
export function readOnly(original: string): Mount {
  mkdirSync(original, { recursive: true })
  const mount = mounted(folder => ['--bind', original, folder])
  runAsRoot('mount', ['-o', 'remount,ro,bind', mount.folder])
  return mount
}

function mounted(options: (folder: string) => readonly string[]): Mount {
  const folder = mkdtempSync(join(tmpdir(), 'chestnut-mount-'))
  runAsRoot('mount', options(folder))
  return {
    folder,
    unmount: () => {
      // Lazily, so that a file that a failed test left open does not keep it.
      runAsRoot('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mayMount(): boolean {
  if (process.platform !== 'linux') return false
  try {
    smallDisk(4096).unmount()
    return true
  } catch {
    return false
  }
}

function runAsRoot(command: string, options: readonly string[]): void {
  const [program = command, ...rest] = [...asRoot, command, ...options]
  const { status, stderr } = spawnSync(program, rest, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`"${command} ${options.join(' ')}" failed: ${stderr ?? 'no such program'}`)
}
