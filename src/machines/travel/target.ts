import { open } from 'node:fs/promises'
import { Problem } from '../../core/index.ts'

/** The kinds of machines that can be packed for: Linux with glibc. */
export type Target = 'linux-x64' | 'linux-arm64'

export type Architecture = 'x64' | 'arm64'

export function architectureOf(target: Target): Architecture {
  return target === 'linux-x64' ? 'x64' : 'arm64'
}

/** Packages with machine code that must be there for a target; `lacking` names those of them that are not. */
export function nativePackages(target: Target): readonly string[] {
  return [
    `@duckdb/node-bindings-${target}`,
    `@img/sharp-${target}`,
    `@img/sharp-libvips-${target}`,
    `@resvg/resvg-js-${target}-gnu`,
  ]
}

const machines: Readonly<Record<number, Architecture>> = { 62: 'x64', 183: 'arm64' }
/** Bytes. Less than this is a Node whose engine is in a library of its own, as some distributions build it. */
const smallestNode = 40_000_000

/** @throws Problem when the file is no whole Node for the target. */
export async function checkNode(path: string, target: Target): Promise<void> {
  const found = await architecture(path)
  const wanted = architectureOf(target)
  if (found !== wanted) {
    const what = found === undefined ? 'no Linux program' : `a program for ${found}`
    throw new Problem(`Cannot pack for "${target}": "${path}" is ${what}, wanted a Node for ${wanted}`, {
      next: `npm install --prefix node-${wanted} --force node-linux-${wanted}@${process.versions.node}`,
    })
  }
  await using file = await open(path)
  if ((await file.stat()).size < smallestNode)
    throw new Problem(`Cannot pack for "${target}": "${path}" needs a library beside it, wanted a Node of one file`)
}

/** What an ELF file was compiled for; undefined when it is none, or for something else. */
async function architecture(path: string): Promise<Architecture | undefined> {
  await using file = await open(path)
  const head = Buffer.alloc(20)
  await file.read(head, 0, 20, 0)
  return head.readUInt32BE(0) === 0x7f454c46 ? machines[head.readUInt16LE(18)] : undefined
}
