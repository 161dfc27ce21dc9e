import { Problem } from '../../core/index.ts'
import { build, type Graph } from '../../graph/index.ts'
import type { Contract } from '../../imaging/index.ts'
import { meant } from '../named-value.ts'
import { imageInput } from '../network.ts'
import type { BatchNormMode } from '../specs.ts'
import type { NetworkDefinition, Origin } from './definition.ts'
import { type LayerWeights, layersOn, type Place } from './layers.ts'

export interface NamedOptions {
  /** The network's name, for errors. */
  readonly network: string
  readonly definition: NetworkDefinition
  /** The layer at whose output it is cut. Default: its last one with places. */
  readonly cut?: string | undefined
  /** The first layer that is trained. */
  readonly trainFrom?: string | undefined
  /** Default: `frozen`. */
  readonly batchNorm?: BatchNormMode | undefined
  /** What is unlike the library's own way with images. */
  readonly contract?: Partial<Contract> | undefined
}

/** A named network in the ways of a library: all of it, as it was defined. */
export interface WrittenNetwork {
  readonly graph: Graph
  readonly contract: Contract
  /** Every layer and block by our name. */
  readonly places: ReadonlyMap<string, Place>
  /** Whose names the layers have, too. */
  readonly origins: readonly Origin[]
}

export function writeNetwork(
  { network, definition }: Pick<NamedOptions, 'network' | 'definition'>,
  origin: Origin,
  contract: Contract,
  numbers: LayerWeights,
): WrittenNetwork {
  const { channels, size } = contract
  const builder = build(network)
  const image = builder.input({ name: imageInput, dtype: 'float32', shape: ['N', channels, size, size] })
  const layers = layersOn(builder, numbers, origin.ways.epsilon)
  definition.write(layers, image, origin.ways)
  builder.output(layers.places.get(definition.features)?.output ?? definition.features)
  return { graph: builder.finish(), contract, places: layers.places, origins: [origin] }
}

/** What the libraries call a layer of ours. */
export function namesOf({ origins }: Pick<WrittenNetwork, 'origins'>, layer: string): readonly string[] {
  return origins.flatMap(origin => origin.names(layer))
}

/**
 * A layer by our name or the library's.
 * @param key the setting that names it
 * @throws Problem with the nearest names when there is none
 */
export function placeOf(written: WrittenNetwork, network: string, layer: string, key: string): Place {
  const { places } = written
  const ours = places.get(layer)
  if (ours !== undefined) return ours
  const theirs = [...places].flatMap(([name, place]) => namesOf(written, name).map(other => [other, place] as const))
  const found = theirs.findLast(([name]) => name === layer)?.[1]
  if (found !== undefined) return found
  const known = [...places.keys(), ...theirs.map(([name]) => name)]
  throw new Problem(
    `Cannot use "${key}: '${layer}'" for the network "${network}": it has no such layer${meant(layer, known)}`,
    { next: `npx chestnut layers ${network}, which lists the layers` },
  )
}
