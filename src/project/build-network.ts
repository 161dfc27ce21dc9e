import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { digestOf, Problem, sha256, systemCode } from '../core/index.ts'
import type { ReadExternal } from '../graph/index.ts'
import { externalData, type Network, network } from '../models/index.ts'
import type { Workspace } from './workspace.ts'

/** The network that the configuration describes, before training. */
export interface BuiltNetwork {
  readonly network: Network
  /** Of the backbone's file and the weights beside it, or of its description. */
  readonly digest: string
}

export async function buildNetwork(workspace: Workspace): Promise<BuiltNetwork> {
  const { backbone, head, target, seed } = workspace.config
  const backboneBytes = backbone.kind === 'onnx' ? await readBackbone(workspace, backbone.path) : undefined
  if (backbone.kind === 'onnx' && backboneBytes) verify(backbone.path, backboneBytes, backbone.sha256)
  const external = backbone.kind === 'onnx' ? hashedData(dirname(resolve(workspace.base, backbone.path))) : undefined
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

function verify(path: string, bytes: Uint8Array, wanted: string | undefined): void {
  const found = sha256(bytes)
  if (wanted === undefined || wanted.toLowerCase() === found) return
  throw new Problem(`Cannot use the backbone "${path}": its SHA-256 is ${found}, ${wanted} was wanted`, {
    next: 'get the file again, or correct "backbone.sha256" in chestnut.config.ts',
  })
}

async function readBackbone(workspace: Workspace, path: string): Promise<Uint8Array> {
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
