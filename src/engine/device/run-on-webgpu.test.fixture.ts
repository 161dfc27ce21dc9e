import { Problem, type Tensors } from '../../core/index.ts'
import { foldShapes, type Graph } from '../../graph/index.ts'
import { fixSizes } from './fix-sizes.ts'
import { sizesOf } from './pack.ts'
import { suitWebGpu } from './suit-webgpu.ts'
import { openWebGpuSession, type WebGpuSession, wouldFallBack } from './webgpu-session.ts'

/**
 * Runs a graph once on WebGPU, as a program would: suited to the device, and with fixed sizes where it needs them.
 * @returns undefined when the device does not take all of it
 */
export async function runOnWebGpu(graph: Graph, inputs: Tensors): Promise<Tensors | undefined> {
  const suited = suit(graph)
  const session = suited === undefined ? undefined : await open(suited, inputs)
  if (session === undefined) return undefined
  const given = graph.inputs.map(({ name }) => [name, inputs[name]!] as const)
  const { answers } = await session.run(Object.fromEntries(given), {})
  await session.release()
  return answers
}

function suit(graph: Graph): Graph | undefined {
  try {
    return suitWebGpu(foldShapes(graph))
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

async function open(graph: Graph, inputs: Tensors): Promise<WebGpuSession | undefined> {
  const answers = graph.outputs.map(({ name }) => name)
  for (const form of [graph, fixSizes(graph, sizesOf(graph.inputs, inputs))]) {
    try {
      return await openWebGpuSession(form, answers)
    } catch (error) {
      if (!wouldFallBack(error)) throw error
    }
  }
  return undefined
}
