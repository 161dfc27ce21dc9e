import { type Network, network } from '../models/index.ts'
import { readBackbone } from './read-backbone.ts'
import type { Workspace } from './workspace.ts'

/** The network that the configuration describes, before training. */
export interface BuiltNetwork {
  readonly network: Network
  /** Of the backbone's file and the weights beside it, or of its description. */
  readonly digest: string
  /** Names of the files beside the backbone's that hold weights of it. */
  readonly beside: readonly string[]
}

/** @param targets one output each */
export async function buildNetwork(workspace: Workspace, targets: readonly string[]): Promise<BuiltNetwork> {
  const { backbone, head, seed } = workspace.config
  const { parts, digest, beside } = await readBackbone(workspace, backbone)
  const built = network({ ...parts, head, classes: targets, seed })
  return { network: built, digest: digest(), beside: beside() }
}
