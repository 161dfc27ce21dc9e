import { elements, type Tensor } from '../core/index.ts'
import { decode, type Value } from '../graph/index.ts'
import type { Engine } from './engine.ts'
import { openLocal } from './host/local-host.ts'
import type { OpenSession } from './host/session.ts'
import { loadProgram } from './load-program.ts'
import { interpret } from './reference/interpret.ts'

/**
 * The slow, obvious engine that others are held against: plain functions in float64, in the caller's own thread. Only what
 * enters and leaves a run has the graph's own types.
 */
export function referenceEngine(): Engine {
  return {
    name: 'reference',
    load: (graph, options = {}) => loadProgram(graph, options, { device: 'cpu', openLink: openLocal(openReference) }),
  }
}

const openReference: OpenSession = async onnx => {
  const graph = decode(onnx)
  const declared = new Map(graph.outputs.map(value => [value.name, value]))
  return {
    inputs: graph.inputs.map(({ name }) => name),
    shapeOf: () => undefined,
    async run(inputs, outputs) {
      const results = interpret(graph, inputs, { outputs })
      return Object.fromEntries(outputs.map(name => [name, asDeclared(results[name]!, declared.get(name))]))
    },
    nodeTimes: async () => [],
    release: async () => undefined,
  }
}

/** Rounds float64 to float32 where the graph says so. */
function asDeclared(result: Tensor, declared: Value | undefined): Tensor {
  if (declared?.dtype !== 'float32' || !(result.data instanceof Float64Array)) return result
  const data = new Float32Array(elements(result.shape))
  data.set(result.data)
  return { dtype: 'float32', shape: result.shape, data }
}
