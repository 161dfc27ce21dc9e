import { Problem, type Tensor, type Tensors } from '../core/index.ts'
import { type Graph, namesOf, type Value } from '../graph/index.ts'
import type { LoadOptions } from './engine.ts'
import type { MaskShapes } from './host/masks.ts'

/** What a program takes and gives. */
export interface Signature {
  readonly graph: string
  /** Inputs that every run is given. */
  readonly given: readonly Value[]
  /** Inputs that stay with the engine: state and parameters. */
  readonly resident: readonly string[]
  /** Inputs that the engine draws. */
  readonly masks: readonly Value[]
  readonly outputs: readonly string[]
  /** What a run answers with unless told otherwise: all but gradients, state and what decides whether an update counts. */
  readonly answers: readonly string[]
}

/** @throws {Problem} when the options name inputs or outputs that the graph does not have. */
export function signatureOf(graph: Graph, options: LoadOptions = {}): Signature {
  const bound = { ...options.state, ...options.update?.gradients }
  const outputs = graph.outputs.map(({ name }) => name)
  for (const [input, output] of Object.entries(bound)) {
    if (!graph.inputs.some(({ name }) => name === input)) {
      throw new Problem(`Cannot load graph "${graph.name}": resident input "${input}" is not one of its inputs`)
    }
    if (!outputs.includes(output)) {
      throw new Problem(
        `Cannot load graph "${graph.name}": "${output}", for input "${input}", is not one of its outputs`,
      )
    }
  }
  checkMasks(graph, options)
  checkClip(graph, options)
  checkScalar(graph, options.update?.when, 'which decides whether an update counts')
  checkScalar(graph, options.update?.guard, 'which guards the state')
  const isMask = (name: string): boolean => options.masks !== undefined && name in options.masks.rates
  const kept = new Set([...Object.values(bound), options.update?.when])
  return {
    graph: graph.name,
    given: graph.inputs.filter(({ name }) => !(name in bound) && !isMask(name)),
    resident: Object.keys(bound),
    masks: graph.inputs.filter(({ name }) => isMask(name)),
    outputs,
    answers: outputs.filter(name => !kept.has(name)),
  }
}

function checkClip(graph: Graph, { update }: LoadOptions): void {
  const { clip, norm } = update ?? {}
  if (clip !== undefined && !(clip.norm > 0)) {
    throw new Problem(`Cannot load graph "${graph.name}": gradients are clipped to ${clip.norm}, wanted more than 0`)
  }
  // On a device it becomes a value of the graph.
  if (norm !== undefined && namesOf(graph).has(norm)) {
    throw new Problem(`Cannot load graph "${graph.name}": the gradients' norm and a value are both named "${norm}"`)
  }
}

function checkScalar(graph: Graph, name: string | undefined, role: string): void {
  if (name === undefined) return
  const output = graph.outputs.find(output => output.name === name)
  if (output?.dtype === 'float32' && output.shape.length === 0) return
  throw new Problem(
    `Cannot load graph "${graph.name}": "${name}", ${role}, is not one of its outputs that are float32 scalars`,
  )
}

function checkMasks(graph: Graph, { masks }: LoadOptions): void {
  for (const [name, rate] of Object.entries(masks?.rates ?? {})) {
    if (graph.inputs.find(input => input.name === name)?.dtype !== 'float32') {
      throw new Problem(`Cannot load graph "${graph.name}": mask "${name}" is not one of its float32 inputs`)
    }
    if (!(rate >= 0 && rate < 1)) {
      throw new Problem(`Cannot load graph "${graph.name}": mask "${name}" drops ${rate}, wanted 0 ≤ share < 1`)
    }
  }
}

/**
 * @returns the masks' shapes, which follow from the inputs'
 * @throws {Problem} when inputs are missing, too many, or of another type or shape than the graph wants.
 */
export function checkInputs(signature: Signature, inputs: Tensors): MaskShapes {
  const wanted = new Set(signature.given.map(({ name }) => name))
  const extra = Object.keys(inputs).find(name => !wanted.has(name))
  if (extra !== undefined) {
    const why = whyNotGiven(signature, extra)
    throw new Problem(`Cannot run graph "${signature.graph}": input "${extra}" ${why}`)
  }
  const sizes = new Map<string, number>()
  for (const value of signature.given) {
    const given = inputs[value.name]
    if (given === undefined)
      throw new Problem(`Cannot run graph "${signature.graph}": input "${value.name}" is missing`)
    if (given.dtype === value.dtype && fits(given.shape, value.shape, sizes)) continue
    const bound = [...sizes].map(([name, size]) => `${name} = ${size}`).join(', ')
    const wants = `${value.dtype} ${shapeText(value.shape)}${bound === '' ? '' : ` with ${bound}`}`
    throw new Problem(
      `Cannot run graph "${signature.graph}": input "${value.name}" is ${describe(given)}, the graph wants ${wants}`,
    )
  }
  return Object.fromEntries(signature.masks.map(mask => [mask.name, maskShape(signature.graph, mask, sizes)]))
}

function maskShape(graph: string, { name, shape }: Value, sizes: ReadonlyMap<string, number>): readonly number[] {
  return shape.map(size => {
    const known = typeof size === 'number' ? size : sizes.get(size)
    if (known !== undefined) return known
    throw new Problem(
      `Cannot run graph "${graph}": the size "${size}" of mask "${name}" ${shapeText(shape)} does not follow from its inputs`,
    )
  })
}

function whyNotGiven({ resident, masks }: Signature, input: string): string {
  if (resident.includes(input)) return 'stays with the engine (use write)'
  return masks.some(({ name }) => name === input) ? 'is drawn by the engine' : 'is not one of its inputs'
}

/** @throws {Problem} when a wanted output is not one of the graph's. */
export function checkOutputs(signature: Signature, wanted: readonly string[]): void {
  const unknown = wanted.find(name => !signature.outputs.includes(name))
  if (unknown === undefined) return
  const known = signature.outputs.join(', ')
  throw new Problem(`Cannot run graph "${signature.graph}": it has no output "${unknown}", its outputs are ${known}`)
}

/** How shapes write a size that may be anything. */
const unknownSize = '?'

/** A symbolic dimension takes the first size that it meets, and keeps it through all inputs. */
function fits(shape: readonly number[], wanted: readonly (number | string)[], sizes: Map<string, number>): boolean {
  if (shape.length !== wanted.length) return false
  return wanted.every((size, axis) => {
    const found = shape[axis]!
    if (typeof size === 'number') return size === found
    if (size === unknownSize) return true
    const known = sizes.get(size)
    if (known === undefined) sizes.set(size, found)
    return known === undefined || known === found
  })
}

function describe({ dtype, shape }: Tensor): string {
  return `${dtype} ${shapeText(shape)}`
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`
}
