import { Problem } from '../../core/index.ts'
import { generate, offsetOf, stridesOf } from './array.ts'
import type { ReferenceOp, ReferenceOps } from './call.ts'

/** (x − mean) · scale / √(variance + ε) + bias for each channel: the form of a trained network, with fixed statistics. */
const batchNormalization: ReferenceOp = call => {
  if (call.int('training_mode', 0) === 1) {
    throw new Problem('Cannot run BatchNormalization: it is in training mode, the inference form was wanted')
  }
  const x = call.input(0)
  const [scale, bias, mean, variance] = [call.input(1), call.input(2), call.input(3), call.input(4)]
  const epsilon = call.float('epsilon', 1e-5)
  const strides = stridesOf(x.shape)
  return generate(x.dtype, x.shape, index => {
    const channel = index[1]!
    const centred = x.data[offsetOf(index, strides)]! - mean.data[channel]!
    return (centred * scale.data[channel]!) / Math.sqrt(variance.data[channel]! + epsilon) + bias.data[channel]!
  })
}

export const normalization: ReferenceOps = { BatchNormalization: batchNormalization }
