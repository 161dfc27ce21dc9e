import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { packageRoot } from '../core/index.ts'
import { tinyFile } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import type { Layer } from './layers.ts'
import { onnxLayers } from './onnx-layers.ts'
import type { OnnxSpec } from './specs.ts'

const spec: OnnxSpec = { kind: 'onnx', path: 'tiny.onnx' }
const exported = (name: string): Uint8Array => readFileSync(`${packageRoot()}/src/models/fixtures/${name}.onnx`)
const named = (layers: readonly Layer[], value: string): Layer =>
  layers.find(layer => layer.value === value) ?? assert.fail(`no ${value}`)

test('values are listed as they are used: batch normalisations folded, nodes that change nothing gone', () => {
  const { cut, layers, contract } = onnxLayers(tinyFile(), spec)
  assert.deepEqual([cut, contract.size], ['features', 16])
  assert.deepEqual(
    layers.map(({ operator, parameters, shape }) => `${operator} ${parameters} ${shape?.join()}`),
    [
      'Conv 112 N,4,16,16',
      'Relu 0 N,4,16,16',
      'Conv 222 N,6,8,8',
      'Relu 0 N,6,8,8',
      'GlobalAveragePool 0 N,6,1,1',
      'Flatten 0 N,6',
      'Gemm 60 N,10',
    ],
  )
})

test('gradients end at operators without a rule, and mean nothing behind the cut', () => {
  const { layers } = onnxLayers(tinyFile({ strange: true }), spec)
  const gradients = Object.fromEntries(layers.map(({ value, gradient }) => [value, gradient]))
  assert.deepEqual(
    [gradients['middle'], gradients['strange'], gradients['features'], gradients['logits']],
    [false, true, true, undefined],
  )
  assert.deepEqual([named(layers, 'middle').trainFrom, named(layers, 'strange').trainFrom], [false, true])
})

test('every value that is said to take trainFrom, cut or explain takes it', () => {
  for (const file of ['resnet-script', 'vit-attention']) {
    const bytes = exported(file)
    const make = (settings: Partial<OnnxSpec>): unknown =>
      network({
        backbone: { kind: 'onnx', path: file, ...settings },
        backboneBytes: bytes,
        head: { kind: 'linear' },
        classes: ['A'],
        seed: 1,
      })
    const { layers } = onnxLayers(bytes, { kind: 'onnx', path: file })
    const gates = layers.filter(({ trainFrom }) => trainFrom)
    assert.ok(gates.length >= 4, file)
    for (const [i, { value, gradient, places, trainFrom }] of layers.entries()) {
      if (trainFrom) make({ trainFrom: value })
      if (i % 3 > 0) continue
      if (places !== undefined) make({ cut: value })
      if (places !== undefined && gradient) make({ explain: value })
    }
  }
})

test('a file that is no ONNX model is refused by its name', () => {
  const bytes = new TextEncoder().encode('no model')
  assert.throws(() => onnxLayers(bytes, { kind: 'onnx', path: 'net.pth' }), /ONNX model "net\.pth": .*no ONNX file/)
})

test('a value inside a residual block is not offered for trainFrom, and refused', () => {
  const bytes = exported('resnet-script')
  const { layers } = onnxLayers(bytes, spec)
  const inside = layers.find(({ gradient, trainFrom }) => gradient === true && !trainFrom)!.value
  assert.throws(
    () =>
      network({
        backbone: { ...spec, trainFrom: inside },
        backboneBytes: bytes,
        head: { kind: 'linear' },
        classes: ['A'],
        seed: 1,
      }),
    /by another way/,
  )
})
