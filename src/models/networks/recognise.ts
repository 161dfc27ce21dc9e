import type { Weights } from '../weights/weights.ts'
import { type NetworkDefinition, type Origin, suffixes } from './definition.ts'
import type { Role } from './layers.ts'

/** A file of weights, and the network whose numbers it should hold. */
export interface WeightsFile {
  readonly weights: Weights
  /** What the file is called in errors. */
  readonly subject: string
}

/** A library's file: which one it is, and what stands before its names (`module.`). */
export interface Recognised {
  readonly origin: Origin
  readonly prefix: string
}

/** Finds out whose file it is, by the name of the first convolution and its channels. */
export function findOrigin({ weights }: WeightsFile, definition: NetworkDefinition): Recognised | undefined {
  const { tensors, format } = weights
  const layout = format === 'keras' ? 'keras' : 'torch'
  const found = definition.origins
    .filter(origin => origin.layout === layout)
    .flatMap(origin => {
      const ends = keysOf(origin, definition.stem, 'weight')
      const key = shortest(Object.keys(tensors).filter(name => ends.some(end => isBehindPrefix(name, end))))
      const end = ends.find(each => key?.endsWith(each) === true)
      return key === undefined || end === undefined ? [] : [{ origin, key, prefix: key.slice(0, -end.length) }]
    })
  const channels = layout === 'keras' ? 2 : 1
  return found.find(({ origin, key }) => tensors[key]?.shape[channels] === (origin.channels ?? 3)) ?? found[0]
}

/** The end of a sentence about a file that no library of this network has written. */
export function strangeNames({ weights }: WeightsFile, { origins, stem }: NetworkDefinition): string {
  const holds = Object.keys(weights.tensors)
    .slice(0, 3)
    .map(key => `"${key}"`)
  const wanted = origins.map(origin => `"${keysOf(origin, stem, 'weight')[0]}" (${origin.name})`)
  const is = holds.length === 0 ? 'it holds no tensors' : `its tensors are named otherwise, such as ${holds.join(', ')}`
  return `${is}, wanted ${wanted.join(' or ')}`
}

const shortest = (names: readonly string[]): string | undefined => names.toSorted((a, b) => a.length - b.length)[0]

function isBehindPrefix(name: string, end: string): boolean {
  return name === end || name.endsWith(`.${end}`) || name.endsWith(`/${end}`)
}

/** The keys that a library's files may have for a number of a layer, today's first. */
export function keysOf(origin: Origin, layer: string, role: Role): readonly string[] {
  const joint = origin.layout === 'keras' ? '/' : '.'
  return origin.names(layer).flatMap(name => suffixes[origin.layout][role].map(suffix => `${name}${joint}${suffix}`))
}
