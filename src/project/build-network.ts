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
  return {
    network: network({ backbone, backboneBytes, head, classes: [target], seed }),
    digest: backboneBytes ? sha256(backboneBytes) : digestOf(backbone),
  }
}

async function readBackbone(workspace: Workspace, path: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(workspace.base, path))
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
    throw new Problem(`Cannot read the backbone "${path}": there is no such file`, {
      cause,
      next: 'set "backbone" in chestnut.config.ts to an ONNX file, or to vggSmall()',
    })
  }
}
