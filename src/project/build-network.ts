import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { digestOf, Problem, sha256, systemCode } from '../core/index.ts'
import { type Network, network } from '../models/index.ts'
import type { Workspace } from './workspace.ts'

/** The network that the configuration describes, before training. */
export interface BuiltNetwork {
  readonly network: Network
  /** Of the backbone's file, or of its description. */
  readonly digest: string
}

export async function buildNetwork(workspace: Workspace): Promise<BuiltNetwork> {
  const { backbone, head, target, seed } = workspace.config
  const backboneBytes = backbone.kind === 'onnx' ? await readBackbone(workspace, backbone.path) : undefined
  if (backbone.kind === 'onnx' && backboneBytes) verify(backbone.path, backboneBytes, backbone.sha256)
  return {
    network: network({ backbone, backboneBytes, head, classes: [target], seed }),
    digest: backboneBytes ? sha256(backboneBytes) : digestOf(backbone),
  }
}

function verify(path: string, bytes: Uint8Array, wanted: string | undefined): void {
  const found = sha256(bytes)
  if (wanted === undefined || wanted.toLowerCase() === found) return
  throw new Problem(`Cannot use the backbone "${path}": its SHA-256 is ${found}, ${wanted} was wanted`, {
    next: 'get the file again, or correct "backbone.sha256" in chestnut.config.ts',
  })
}

export async function readBackbone(workspace: Workspace, path: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(workspace.base, path))
  } catch (cause) {
    const code = systemCode(cause)
    if (code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EACCES') throw cause
    const is = code === 'ENOENT' ? 'there is no such file' : 'it cannot be read, an ONNX file was wanted'
    throw new Problem(`Cannot read the backbone "${path}": ${is}`, {
      cause,
      next: 'set "backbone" in chestnut.config.ts to an ONNX file, or to vggSmall()',
    })
  }
}
