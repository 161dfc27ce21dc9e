import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { float32, floats, type Problem, packageRoot, type Tensor } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { check, encode, type Graph, inferShapes, withOutputs, withWeights } from '../graph/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { network } from './build-network.ts'
import { explanationGraph } from './explain.ts'
import type { Network } from './network.ts'
import { rolloutGraph } from './rollout.ts'
import type { HeadSpec, OnnxSpec } from './specs.ts'

/** Torchvision's networks, small, as fixtures/backbones.py exported them: by tracing for one film, by dynamo for any number, `attention` with an operator for it. */
const exporters = ['script', 'dynamo'] as const
const fixture = (name: string): Uint8Array => readFileSync(`${packageRoot()}/src/models/fixtures/${name}`)
const torch = JSON.parse(Buffer.from(fixture('backbones.json')).toString()) as Record<string, Record<string, number[]>>

function made(file: string, head: HeadSpec = { kind: 'linear' }, spec: Partial<OnnxSpec> = {}): Network {
  const plain = network({
    backbone: { kind: 'onnx', path: file, ...spec },
    backboneBytes: fixture(`${file}.onnx`),
    head,
    classes: ['A'],
    seed: 1,
  })
  const width = plain.graph.weights['head/weight']!.shape[1]!
  const weight = Float32Array.from({ length: width }, (_, i) => Math.sin(i * 1.7 + 0.3))
  return { ...plain, graph: withWeights(plain.graph, { 'head/weight': float32([1, width], weight) }) }
}

const size = 32
const pixels = Float32Array.from({ length: 2 * 3 * size * size }, (_, i) =>
  Math.sin(i * 0.37 + Math.cos(i * 0.011) * 3),
)
const films = float32([2, 3, size, size], pixels)

async function computed(graph: Graph, image: Tensor = films): Promise<Float32Array> {
  await using program = await onnxRuntime().load(graph, { threads: 1 })
  const outputs = await program.run({ image })
  return floats(outputs[graph.outputs[0]!.name]!)
}

function assertClose(found: Float32Array, wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length, what)
  const largest = Math.max(...wanted.map(Math.abs))
  const off = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0)
  assert.ok(off <= 1e-4 * largest, `${what}: ${off} of ${largest}`)
}

/** Where the first half ends, 8 channels of 8 × 8 places: the last operator of its kind that gives this. */
function middleOf(graph: Graph, op: string): string {
  const shapes = inferShapes(graph)
  const found = graph.nodes.findLast(
    node => node.op === op && String(shapes.get(node.outputs[0]!)?.shape) === 'N,8,8,8',
  )
  return found?.outputs[0] ?? assert.fail('no such value')
}

/** Position added, then for each block attention and perceptron added: values [N, 17, 32]. */
function tokenSums(graph: Graph): readonly string[] {
  const shapes = inferShapes(graph)
  const sums = graph.nodes.filter(({ op, inputs }) => op === 'Add' && inputs.every(name => !isBias(graph, name)))
  return sums.flatMap(node => node.outputs).filter(name => String(shapes.get(name)?.shape) === 'N,17,32')
}

function isBias({ weights }: Graph, name: string): boolean {
  return weights[name]?.shape.length === 1
}

for (const exporter of exporters) {
  for (const name of ['resnet', 'convnext', 'swin'] as const) {
    test(`${name} by ${exporter}: pooled features of two films are those of PyTorch`, async () => {
      const { graph, boundary } = made(`${name}-${exporter}`)
      assertClose(await computed(withOutputs(graph, [boundary])), torch[name]!['features']!, name)
    })
  }
  for (const name of ['resnet', 'convnext', 'swin'] as const) {
    test(`${name} by ${exporter}: Grad-CAM is that of PyTorch's gradients`, async () => {
      const { graph, explain } = made(`${name}-${exporter}`)
      const at = name === 'swin' ? explain : middleOf(graph, name === 'resnet' ? 'Relu' : 'Add')
      const explanation = explanationGraph(graph, at, 0, 1)
      assert.deepEqual(check(explanation), [])
      assertClose(await computed(withOutputs(explanation, ['logits'])), torch[name]!['logit']!, 'logit')
      assertClose(await computed(withOutputs(explanation, ['heat'])), torch[name]!['heat']!, 'heat')
    })
  }
}

for (const exporter of [...exporters, 'attention']) {
  test(`vit by ${exporter}: the class token, or the mean of the places, is that of PyTorch`, async () => {
    for (const [pool, wanted] of [
      [undefined, 'class'],
      ['average', 'average'],
    ] as const) {
      const { graph, boundary } = made(`vit-${exporter}`, { kind: 'linear', ...(pool && { pool }) })
      assertClose(await computed(withOutputs(graph, [boundary])), torch['vit']![wanted]!, wanted)
    }
  })
  test(`vit by ${exporter}: Grad-CAM at an inner block is that of PyTorch's gradients`, async () => {
    const blocks = tokenSums(made(`vit-${exporter}`).graph)
    const { graph, explain, heatFrom } = made(`vit-${exporter}`, undefined, { explain: blocks[2]! })
    assert.equal(heatFrom, undefined)
    const explanation = explanationGraph(graph, explain, 0, 1)
    assertClose(await computed(withOutputs(explanation, ['logits'])), torch['vit']!['logit']!, 'logit')
    assertClose(await computed(withOutputs(explanation, ['heat'])), torch['vit']!['heat']!, 'heat')
  })
  test(`vit by ${exporter}: attention rollout is that of PyTorch`, async () => {
    const { graph, explain, heatFrom } = made(`vit-${exporter}`)
    assert.equal(heatFrom, 'attention')
    const rollout = rolloutGraph(graph, explain)
    assert.deepEqual(check(rollout), [])
    assertClose(await computed(withOutputs(rollout, ['heat'])), torch['vit']!['rollout']!, 'heat')
  })
}

test('every export becomes a graph for any number of films, and onnx.checker takes it', { skip: needOnnx() }, () => {
  const files = exporters.flatMap(exporter => ['resnet', 'convnext', 'vit', 'swin'].map(name => `${name}-${exporter}`))
  const graphs = [...files, 'vit-attention'].map(file => made(file).graph)
  for (const graph of graphs) {
    assert.deepEqual(check(graph), [])
    assert.deepEqual(inferShapes(graph).get('logits')?.shape, ['N', 1])
  }
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})

test('a file that is no model, and a size that a file was not made for, are refused with what to do', () => {
  const spec = { kind: 'onnx', path: 'photo.onnx' } as const
  const parts = { head: { kind: 'linear' }, classes: ['A'], seed: 1 } as const
  assert.throws(
    () => network({ ...parts, backbone: spec, backboneBytes: Buffer.from('no model') }),
    /^Problem: Cannot read the ONNX model "photo.onnx": the bytes are no ONNX file/,
  )
  assert.throws(
    () => made('vit-dynamo', { kind: 'linear' }, { contract: { size: 48 } }),
    (error: Problem) => {
      assert.match(error.message, /^Cannot open the graph "main_graph" for any number of films: at Reshape/)
      assert.match(error.next ?? '', /^leave "size" out.* exported for films of 32 pixels, the contract gives 48$/)
      return true
    },
  )
})
