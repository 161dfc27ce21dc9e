import { foldBatchNormalization, type ReadExternal } from '../graph/index.ts'
import { lastWithPlaces } from './last-with-places.ts'
import { describeValues, type Layers } from './layers.ts'
import { namedValue } from './named-value.ts'
import { openFile, simplified } from './open-file.ts'
import type { OnnxSpec } from './specs.ts'

/** Every value of an ONNX file, as the file is used: batch normalisations folded, nodes that change nothing gone. */
export function onnxLayers(bytes: Uint8Array, spec: OnnxSpec, readExternal?: ReadExternal): Layers {
  const { graph: file, contract } = openFile(bytes, spec, readExternal)
  const cut = spec.cut === undefined ? lastWithPlaces(file, spec.path) : namedValue(file, spec.cut, 'cut', spec.path)
  const outputs = file.outputs.map(({ name }) => name)
  const kept = [spec.trainFrom, spec.explain].filter(name => name !== undefined)
  const layers = describeValues(foldBatchNormalization(simplified(file, [...new Set([...outputs, cut])], kept)), cut)
  return { contract, cut, parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0), layers }
}
