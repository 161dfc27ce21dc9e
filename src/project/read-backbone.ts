import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { digestOf, sha256 } from '../core/index.ts'
import type { ReadExternal } from '../graph/index.ts'
import { type BackboneParts, type BackboneSpec, externalData, readWeights } from '../models/index.ts'
import { isAddress, readNamedFile } from './named-file.ts'
import { shownBackbone, shownPath } from './shown-backbone.ts'
import type { Workspace } from './workspace.ts'

export interface ReadBackbone {
  readonly parts: BackboneParts
  /** Names of the files beside the backbone's that were read for weights: once its parts were used. */
  beside(): readonly string[]
  /** Of the backbone's file and the weights beside it, or of its description: once its parts were used. */
  digest(): string
}

/** Reads the files that a backbone names. */
export async function readBackbone(workspace: Workspace, backbone: BackboneSpec): Promise<ReadBackbone> {
  const backboneBytes =
    backbone.kind === 'onnx' ? await readNamedFile(workspace, { ...backbone, what: 'backbone' }) : undefined
  const weightsBytes = await readWeightsOf(workspace, backbone)
  const weights = weightsBytes && (await readWeights(weightsBytes.bytes, shownPath(weightsBytes.path)))
  const isLocal = backbone.kind === 'onnx' && !isAddress(backbone.path)
  const external = isLocal ? hashedData(dirname(resolve(workspace.base, backbone.path))) : undefined
  return {
    parts: { backbone: shownBackbone(backbone), backboneBytes, readExternal: external?.read, weights },
    beside: () => external?.names() ?? [],
    digest: () =>
      joined(
        [backboneBytes && sha256(backboneBytes), external?.digest(), weightsBytes && sha256(weightsBytes.bytes)],
        backbone,
      ),
  }
}

/** One digest for everything that a backbone is made of; of its description where that is all. */
function joined(digests: readonly (string | undefined)[], backbone: BackboneSpec): string {
  const known = digests.filter(digest => digest !== undefined)
  const [first, ...others] = known
  if (first === undefined) return digestOf(backbone)
  return others.length === 0 ? first : digestOf(known)
}

interface WeightsBytes {
  readonly path: string
  readonly bytes: Uint8Array
}

async function readWeightsOf(workspace: Workspace, backbone: BackboneSpec): Promise<WeightsBytes | undefined> {
  if ((backbone.kind !== 'pretrained' && backbone.kind !== 'onnx') || backbone.weights === undefined) return undefined
  const path = backbone.weights
  const digest = backbone.kind === 'onnx' ? backbone.weightsSha256 : backbone.sha256
  const settings = {
    path: 'backbone.weights',
    sha256: backbone.kind === 'onnx' ? 'backbone.weightsSha256' : 'backbone.sha256',
  }
  return { path, bytes: await readNamedFile(workspace, { path, sha256: digest, what: 'weights', settings }) }
}

interface HashedData {
  readonly read: ReadExternal
  names(): readonly string[]
  digest(): string | undefined
}

/** The weights beside a model, and the digest of all that was read of them. */
function hashedData(folder: string): HashedData {
  const read = externalData(folder)
  const hash = createHash('sha256')
  const names = new Set<string>()
  return {
    read: place => {
      const bytes = read(place)
      hash.update(bytes)
      names.add(place.location)
      return bytes
    },
    names: () => [...names],
    digest: () => (names.size > 0 ? hash.digest('hex') : undefined),
  }
}
