import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { digestOf, sha256 } from '../core/index.ts'
import type { ReadExternal } from '../graph/index.ts'
import { externalData, type Network, network } from '../models/index.ts'
import { isAddress, readNamedFile } from './named-file.ts'
import type { Workspace } from './workspace.ts'

/** The network that the configuration describes, before training. */
export interface BuiltNetwork {
  readonly network: Network
  /** Of the backbone's file and the weights beside it, or of its description. */
  readonly digest: string
}

export async function buildNetwork(workspace: Workspace): Promise<BuiltNetwork> {
  const { backbone, head, target, seed } = workspace.config
  const backboneBytes =
    backbone.kind === 'onnx' ? await readNamedFile(workspace, { ...backbone, what: 'backbone' }) : undefined
  const isLocal = backbone.kind === 'onnx' && !isAddress(backbone.path)
  const external = isLocal ? hashedData(dirname(resolve(workspace.base, backbone.path))) : undefined
  const built = network({ backbone, backboneBytes, readExternal: external?.read, head, classes: [target], seed })
  const digest = backboneBytes ? sha256(backboneBytes) : digestOf(backbone)
  const beside = external?.digest()
  return { network: built, digest: beside === undefined ? digest : digestOf({ model: digest, beside }) }
}

/** The weights beside a model, and the digest of all that was read of them. */
function hashedData(folder: string): { readonly read: ReadExternal; digest(): string | undefined } {
  const read = externalData(folder)
  const hash = createHash('sha256')
  let used = false
  return {
    read: place => {
      const bytes = read(place)
      hash.update(bytes)
      used = true
      return bytes
    },
    digest: () => (used ? hash.digest('hex') : undefined),
  }
}
