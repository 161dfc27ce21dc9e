import type { Weights } from '../weights/weights.ts'
import { type Library, type NetworkDefinition, suffixes } from './definition.ts'
import type { Role } from './layers.ts'

/** A file of weights, and the network whose numbers it should hold. */
export interface WeightsFile {
  readonly weights: Weights
  /** What the file is called in errors. */
  readonly subject: string
}

/** A library's file: which one it is, and what stands before its names (`module.`). */
export interface Recognised {
  readonly library: Library
  readonly prefix: string
}

/** Finds out whose file it is, by the name of the first convolution and its channels. */
export function findLibrary({ weights }: WeightsFile, definition: NetworkDefinition): Recognised | undefined {
  const { tensors, format } = weights
  const layout = format === 'keras' ? 'keras' : 'torch'
  const found = definition.libraries
    .filter(library => library.layout === layout)
    .flatMap(library => {
      const ends = keysOf(library, definition.stem, 'weight')
      const key = shortest(Object.keys(tensors).filter(name => ends.some(end => isBehindPrefix(name, end))))
      const end = ends.find(each => key?.endsWith(each) === true)
      return key === undefined || end === undefined ? [] : [{ library, key, prefix: key.slice(0, -end.length) }]
    })
  const channels = layout === 'keras' ? 2 : 1
  return found.find(({ library, key }) => tensors[key]?.shape[channels] === (library.channels ?? 3)) ?? found[0]
}

/** The end of a sentence about a file that no library of this network has written. */
export function strangeNames({ weights }: WeightsFile, { libraries, stem }: NetworkDefinition): string {
  const holds = Object.keys(weights.tensors)
    .slice(0, 3)
    .map(key => `"${key}"`)
  const wanted = libraries.map(library => `"${keysOf(library, stem, 'weight')[0]}" (${library.name})`)
  const is = holds.length === 0 ? 'it holds no tensors' : `its tensors are named otherwise, such as ${holds.join(', ')}`
  return `${is}, wanted ${wanted.join(' or ')}`
}

const shortest = (names: readonly string[]): string | undefined => names.toSorted((a, b) => a.length - b.length)[0]

function isBehindPrefix(name: string, end: string): boolean {
  return name === end || name.endsWith(`.${end}`) || name.endsWith(`/${end}`)
}

/** The keys that a library's files may have for a number of a layer, today's first. */
export function keysOf(library: Library, layer: string, role: Role): readonly string[] {
  const joint = library.layout === 'keras' ? '/' : '.'
  return library.names(layer).flatMap(name => suffixes[library.layout][role].map(suffix => `${name}${joint}${suffix}`))
}
