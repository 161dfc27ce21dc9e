import { spawn } from 'node:child_process'
import { copyFile, rename, rm } from 'node:fs/promises'
import { Problem } from '../core/index.ts'
import type { Shell as MachineShell } from '../machines/index.ts'

/** What a deployment needs of a machine: commands and files. */
export type Shell = Pick<MachineShell, 'run' | 'upload'>

/** This computer. */
export function localShell(): Shell {
  return {
    run: (words, { input = '', signal, timeout = 60_000 } = {}) =>
      new Promise((resolve, reject) => {
        const [program = '', ...rest] = words
        const child = spawn(program, rest, { stdio: 'pipe', timeout, ...(signal && { signal }) })
        const [out, errors]: [Buffer[], Buffer[]] = [[], []]
        child.stdout.on('data', chunk => out.push(chunk))
        child.stderr.on('data', chunk => errors.push(chunk))
        child.once('error', cause => {
          if (signal?.aborted) reject(signal.reason)
          else reject(new Problem(`Cannot run "${program}" on this computer`, { cause }))
        })
        child.once('close', (code, killed) => {
          if (killed !== null && !signal?.aborted) {
            reject(new Problem(`Cannot finish "${program}": it was given up after ${timeout / 1000} s`))
          } else resolve({ status: code ?? 1, lines: linesOf(out), errors: linesOf(errors) })
        })
        // A command that ends without reading closes its input.
        child.stdin.on('error', () => undefined)
        child.stdin.end(input)
      }),
    async upload(local, remote) {
      const partial = `${remote}.partial`
      try {
        await copyFile(local, partial)
        await rename(partial, remote)
      } catch (cause) {
        await rm(partial, { force: true })
        throw new Problem(`Cannot put a file at "${remote}"`, { cause })
      }
    },
  }
}

function linesOf(chunks: readonly Buffer[]): readonly string[] {
  const text = Buffer.concat(chunks).toString('utf8').replace(/\n$/, '')
  return text === '' ? [] : text.split('\n')
}
