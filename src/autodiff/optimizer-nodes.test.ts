import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { float32, type Optimizer, packageRoot, scalar, type Tensor, type Tensors } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, encode, type Graph } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { type OptimizerState, optimizerNodes } from './optimizer-nodes.ts'

/** Five updates by PyTorch's own optimizers, which the engine's loop is held against too. */
interface Reference {
  readonly rate: number
  readonly parameter: readonly number[]
  readonly gradients: readonly (readonly number[])[]
  readonly cases: readonly {
    readonly name: string
    readonly optimizer: Optimizer
    readonly parameters: readonly (readonly number[])[]
  }[]
}

const reference: Reference = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'engine', 'fixtures', 'optimizers.json'), 'utf8'),
)

function updateGraph(optimizer: Optimizer): { readonly graph: Graph; readonly state: OptimizerState } {
  const builder = build('update')
  const parameter = builder.input({ name: 'w', dtype: 'float32', shape: [reference.parameter.length] })
  const gradient = builder.input({ name: 'g', dtype: 'float32', shape: [reference.parameter.length] })
  const rate = builder.input({ name: 'rate', dtype: 'float32', shape: [] })
  const step = builder.input({ name: 'step', dtype: 'float32', shape: [] })
  const state = optimizerNodes(builder, optimizer, { parameter, gradient, rate, step })
  return { graph: builder.finish(), state }
}

async function follow(
  optimizer: Optimizer,
  run: (graph: Graph, inputs: Tensors) => Promise<Tensors> | Tensors,
  check: (parameter: Tensor, step: number) => void,
): Promise<void> {
  const { graph, state } = updateGraph(optimizer)
  const zeros = float32([reference.parameter.length], new Float32Array(reference.parameter.length))
  let values: Record<string, Tensor> = Object.fromEntries(Object.keys(state).map(name => [name, zeros]))
  values['w'] = float32([reference.parameter.length], reference.parameter)
  const given = new Set(graph.inputs.map(({ name }) => name))
  for (const [at, gradient] of reference.gradients.entries()) {
    const scalars = { rate: scalar(reference.rate), step: scalar(at + 1) }
    const inputs = { ...values, ...scalars, g: float32([gradient.length], gradient) }
    const results = await run(graph, Object.fromEntries(Object.entries(inputs).filter(([name]) => given.has(name))))
    values = Object.fromEntries(Object.entries(state).map(([input, output]) => [input, results[output]!]))
    check(values['w']!, at)
  }
}

for (const { name, optimizer, parameters } of reference.cases) {
  test(`optimizerNodes() follow PyTorch's ${name} over five steps, on the reference and on ONNX Runtime`, async () => {
    const check = (parameter: Tensor, step: number): void =>
      allClose(parameter, float32([parameter.shape[0]!], parameters[step]!), {
        relative: 5e-7,
        name: `step ${step + 1}`,
      })
    await follow(optimizer, interpret, check)
    await follow(optimizer, runOnnx, check)
  })
}

test('the stock ONNX checker is content with the optimizers', { skip: needOnnx() }, () => {
  assert.deepEqual(onnxCheck(reference.cases.map(({ optimizer }) => encode(updateGraph(optimizer).graph))), [])
})
