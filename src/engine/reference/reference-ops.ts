import type { ReferenceOps } from './call.ts'
import { convolution } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import { indexing } from './indexing.ts'
import { linalg } from './linalg.ts'
import { movement } from './movement.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { reduction } from './reduction.ts'
import { resizing } from './resize.ts'

/** Every operator that the reference knows, by its ONNX name. */
export const referenceOps: ReferenceOps = {
  ...convolution,
  ...elementwise,
  ...indexing,
  ...linalg,
  ...movement,
  ...normalization,
  ...pooling,
  ...reduction,
  ...resizing,
}
