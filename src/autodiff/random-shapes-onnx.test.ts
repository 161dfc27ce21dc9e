import { test } from 'node:test'
import type { Tensor, Tensors } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { type Graph, renameValues, type Value } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { prepare } from './gradient-cases.test.fixture.ts'
import { differentiableOps } from './gradient-rules.ts'
import { randomCase } from './random-cases.test.fixture.ts'

const cases = 40

for (const op of differentiableOps) {
  test(`ONNX Runtime finds the gradients of ${op} for ${cases} random shapes as the reference does`, async () => {
    const all = Array.from({ length: cases }, (_, seed) => trainingOf(op, seed))
    for (const opset of new Set(all.map(({ graph }) => graph.opset))) {
      await compare(all.filter(({ graph }) => graph.opset === opset))
    }
  })
}

interface Training {
  readonly graph: Graph
  readonly inputs: Tensors
  readonly outputs: readonly string[]
}

/** Every name begins with the seed, so that many graphs fit into one. */
function trainingOf(op: string, seed: number): Training {
  const { graph, inputs, of } = prepare(randomCase(op, seed), 'float32', interpret)
  const training = differentiate(graph, { loss: 'loss', of })
  const names = [
    ...training.inputs.map(({ name }) => name),
    ...Object.keys(training.weights),
    ...training.nodes.flatMap(node => [...node.outputs, node.name ?? '']),
  ].filter(name => name !== '')
  const renamed = (name: string): string => `${seed}/${name}`
  return {
    graph: renameValues(training, Object.fromEntries(names.map(name => [name, renamed(name)]))),
    inputs: Object.fromEntries(Object.entries<Tensor>(inputs).map(([name, value]) => [renamed(name), value])),
    outputs: ['loss', ...of.map(gradientName)].map(renamed),
  }
}

/** One name of a size stands for other numbers in other graphs. */
function open(value: Value): Value {
  return { ...value, shape: value.shape.map(() => '?') }
}

/** All graphs as one: a session costs more than they do. */
async function compare(all: readonly Training[]): Promise<void> {
  const first = all[0]!.graph
  const graph: Graph = {
    ...first,
    inputs: all.flatMap(one => one.graph.inputs.map(open)),
    outputs: all.flatMap(one => one.graph.outputs.map(open)),
    nodes: all.flatMap(one => one.graph.nodes),
    weights: Object.assign({}, ...all.map(one => one.graph.weights)),
  }
  const inputs: Tensors = Object.assign({}, ...all.map(one => one.inputs))
  const [found, wanted] = [await runOnnx(graph, inputs), interpret(graph, inputs)]
  for (const name of all.flatMap(one => one.outputs)) {
    allClose(found[name]!, wanted[name]!, { relative: 2e-5, absolute: 5e-6, name })
  }
}
