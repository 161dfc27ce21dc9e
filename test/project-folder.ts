import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/core/index.ts'

export const commandLine: string = join(packageRoot(), 'dist', 'src', 'cli', 'main.js')

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A folder for one journey, gone afterwards. */
export interface ProjectFolder extends AsyncDisposable {
  readonly path: string
  file(name: string): string
  write(name: string, content: string | Uint8Array): Promise<string>
  /** Runs `chestnut` there to its end. */
  chestnut(...words: readonly string[]): Promise<Finished>
  /** The same, where it must end well. */
  succeeds(...words: readonly string[]): Promise<Finished>
  /** Starts `chestnut` there. */
  start(...words: readonly string[]): Running
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stdout or stderr has shown the text. */
  shows(text: string | RegExp): Promise<string>
}

/** A small network on few small films: every stage runs in seconds. */
export const tinyConfig: string = `import { defineConfig, phantoms, vggSmall } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 60, size: 64 }),
  backbone: vggSmall({ size: 32, widths: [8, 16] }),
  train: { epochs: 3, batch: 32 },
})
`

/** @param env what `chestnut` finds in its environment beside ours */
export async function projectFolder(
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ProjectFolder> {
  const path = await mkdtemp(join(tmpdir(), 'chestnut-journey-'))
  const folder: ProjectFolder = {
    path,
    file: name => join(path, name),
    write: async (name, content) => {
      await writeFile(join(path, name), content)
      return join(path, name)
    },
    chestnut: (...words) => start(path, words, env).finished,
    async succeeds(...words) {
      const finished = await folder.chestnut(...words)
      assert.equal(finished.code, 0, finished.err)
      return finished
    },
    start: (...words) => start(path, words, env),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
  for (const [name, content] of Object.entries(files)) await folder.write(name, content)
  return folder
}

function start(cwd: string, words: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, [commandLine, ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const watchers = new Set<() => void>()
  child.stdout.on('data', chunk => {
    out += String(chunk)
    for (const look of watchers) look()
  })
  child.stderr.on('data', chunk => {
    err += String(chunk)
    for (const look of watchers) look()
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  return {
    child,
    finished,
    shows: text =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const all = out + err
          if (typeof text === 'string' ? all.includes(text) : text.test(all)) {
            watchers.delete(look)
            resolve(all)
          }
        }
        watchers.add(look)
        finished.then(
          ({ code }) => reject(new Error(`It ended with ${code} before it showed ${text}:\n${out}${err}`)),
          reject,
        )
        look()
      }),
  }
}
