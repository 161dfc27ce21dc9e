import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clip, float32, numbers, type Optimizer, scalar, type Tensor, type Tensors } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, encode } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { optimizerTraces as reference } from '../testing/optimizer-traces.test.fixture.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { withUpdate } from './update-nodes.ts'

const names = Object.keys(reference.parameters)
const tensorOf = (name: string, values: readonly number[]): Tensor => float32(reference.shapes[name]!, values)
const gradientOf = (name: string): string => `slope of ${name}`

type UpdateGraph = ReturnType<typeof withUpdate>

function updateGraph(optimizer: Optimizer, clip?: Clip): UpdateGraph {
  const builder = build('update')
  for (const name of names) {
    for (const input of [name, gradientOf(name)]) {
      builder.input({ name: input, dtype: 'float32', shape: reference.shapes[name]! })
    }
  }
  const gradients = Object.fromEntries(names.map(name => [name, gradientOf(name)]))
  return withUpdate(builder.finish(), { optimizer, gradients, norm: 'norm', ...(clip === undefined ? {} : { clip }) })
}

/** Runs the update again and again, handing on what it carries. */
async function follow(
  { graph, state }: UpdateGraph,
  run: (inputs: Tensors) => Promise<Tensors> | Tensors,
  check: (values: Tensors, step: number) => void,
): Promise<void> {
  const zero = (name: string): Tensor => {
    const { shape } = graph.inputs.find(input => input.name === name)!
    return float32(shape.map(Number), new Float32Array(shape.reduce<number>((n, size) => n * Number(size), 1)))
  }
  let values: Record<string, Tensor> = Object.fromEntries(Object.keys(state).map(name => [name, zero(name)]))
  for (const name of names) values[name] = tensorOf(name, reference.parameters[name]!)
  const given = new Set(graph.inputs.map(({ name }) => name))
  for (const [at, gradients] of reference.gradients.entries()) {
    const slopes = Object.fromEntries(names.map(name => [gradientOf(name), tensorOf(name, gradients[name]!)]))
    const inputs = { ...values, ...slopes, rate: scalar(reference.rate), step: scalar(at + 1) }
    const results = await run(Object.fromEntries(Object.entries(inputs).filter(([name]) => given.has(name))))
    values = Object.fromEntries(Object.entries(state).map(([input, output]) => [input, results[output]!]))
    check({ ...values, norm: results['norm']! }, at)
  }
}

for (const { name, optimizer, plain, clipped } of reference.cases) {
  test(`withUpdate() follows ${name} over five steps, clipped or not, on the reference and on ONNX Runtime`, async () => {
    for (const [trace, clip] of [[plain], [clipped, { norm: reference.clip }]] as const) {
      const made = updateGraph(optimizer, clip)
      const check = (values: Tensors, step: number): void => {
        const wanted = trace[step]!
        assert.ok(Math.abs(numbers(values['norm']!)[0]! / wanted.norm - 1) < 1e-6)
        for (const each of names) {
          allClose(values[each]!, tensorOf(each, wanted[each]!), { relative: 1e-6, name: `${each}, step ${step + 1}` })
        }
      }
      await follow(made, inputs => interpret(made.graph, inputs), check)
      await follow(made, inputs => runOnnx(made.graph, inputs), check)
    }
  })
}

test('the stock ONNX checker is content with the optimizers', { skip: needOnnx() }, () => {
  const graphs = reference.cases.map(({ optimizer }) => updateGraph(optimizer, { norm: 1 }).graph)
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})
