import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { peerFolder } from './peers.ts'

const library = join(peerFolder('onnx-1.23.2'), 'lib')

/** The model files that the PyPI package `onnx` brings for tests of backends, by their path below its data folder. */
export function onnxTestModels(): ReadonlyMap<string, string> {
  const python = existsSync(library) ? readdirSync(library).find(name => name.startsWith('python3')) : undefined
  const folder = join(library, python ?? '', 'site-packages', 'onnx', 'backend', 'test', 'data')
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.onnx'))
  return new Map(files.sort().map(name => [name, join(folder, name)]))
}
