import { scalarFunctions } from '../scalar/scalar-functions.ts'
import * as elementwise from './elementwise.ts'
import * as indexing from './indexing.ts'
import * as layout from './layout.ts'
import * as products from './products.ts'
import * as reductions from './reductions.ts'
import type { ShapeRule } from './rule.ts'
import * as spatial from './spatial.ts'

interface Operator {
  readonly rule: ShapeRule
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number]
}

const operator = (rule: ShapeRule, fewest: number, most: number = fewest): Operator => ({
  rule,
  inputs: [fewest, most],
})
const unary = operator(elementwise.same, 1)
const floating = operator(elementwise.sameFloat, 1)
const logical = operator(elementwise.logical, 2)
const binary = operator(elementwise.broadcasting, 2)
const arithmetic = operator(elementwise.arithmetic, 2)
const comparison = operator(elementwise.comparison, 2)
const many = operator(elementwise.broadcasting, 1, Number.POSITIVE_INFINITY)
const reduction = operator(reductions.reduce, 1, 2)

const scalars = Object.fromEntries(
  Object.entries(scalarFunctions).map(([name, { wholeNumbers }]) => [name, wholeNumbers ? unary : floating]),
)

/** The standard operators whose outputs are inferred and whose use is checked. */
export const operators: Readonly<Record<string, Operator>> = {
  ...scalars,
  Add: arithmetic,
  And: logical,
  ArgMax: operator(reductions.argReduce, 1),
  ArgMin: operator(reductions.argReduce, 1),
  AveragePool: operator(spatial.pool, 1),
  BatchNormalization: operator(elementwise.batchNormalization, 5),
  Cast: operator(elementwise.cast, 1),
  CastLike: operator(elementwise.castLike, 2),
  Ceil: floating,
  Clip: operator(elementwise.clip, 1, 3),
  Concat: operator(layout.concat, 1, Number.POSITIVE_INFINITY),
  Constant: operator(indexing.constant, 0),
  ConstantOfShape: operator(indexing.constantOfShape, 1),
  Conv: operator(spatial.conv, 2, 3),
  ConvTranspose: operator(spatial.convTranspose, 2, 3),
  CumSum: operator(elementwise.same, 2),
  DepthToSpace: operator(layout.depthToSpace, 1),
  Div: arithmetic,
  Dropout: operator(elementwise.dropout, 1, 3),
  Einsum: operator(products.einsum, 1, Number.POSITIVE_INFINITY),
  Equal: operator(elementwise.equality, 2),
  Expand: operator(layout.expand, 2),
  Flatten: operator(layout.flatten, 1),
  Floor: floating,
  Gather: operator(indexing.gather, 2),
  GatherElements: operator(indexing.gatherElements, 2),
  GatherND: operator(indexing.gatherND, 2),
  Gemm: operator(products.gemm, 2, 3),
  GlobalAveragePool: operator(spatial.globalPool, 1),
  GlobalMaxPool: operator(spatial.globalPool, 1),
  Greater: comparison,
  GreaterOrEqual: comparison,
  GroupNormalization: operator(elementwise.same, 3),
  Identity: operator(elementwise.identity, 1),
  InstanceNormalization: operator(elementwise.same, 3),
  LRN: floating,
  LayerNormalization: operator(elementwise.layerNormalization, 2, 3),
  Less: comparison,
  LessOrEqual: comparison,
  LogSoftmax: floating,
  MatMul: operator(products.matMul, 2),
  Max: many,
  MaxPool: operator(spatial.pool, 1),
  Mean: many,
  Min: many,
  Mod: arithmetic,
  Mul: arithmetic,
  NonZero: operator(indexing.nonZero, 1),
  Not: operator(elementwise.negation, 1),
  Or: logical,
  PRelu: binary,
  Pad: operator(layout.pad, 1, 4),
  Pow: operator(elementwise.power, 2),
  Range: operator(indexing.range, 3),
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSum: reduction,
  ReduceSumSquare: reduction,
  Reshape: operator(layout.reshape, 2),
  Resize: operator(spatial.resize, 1, 4),
  Round: floating,
  ScatterElements: operator(elementwise.same, 3),
  ScatterND: operator(elementwise.same, 3),
  Shape: operator(layout.shapeOf, 1),
  Sign: unary,
  Size: operator(layout.sizeOf, 1),
  Slice: operator(indexing.slice, 1, 5),
  Softmax: floating,
  SpaceToDepth: operator(layout.spaceToDepth, 1),
  Split: operator(layout.split, 1, 2),
  Squeeze: operator(layout.squeeze, 1, 2),
  Sub: arithmetic,
  Sum: many,
  Tile: operator(layout.tile, 2),
  Transpose: operator(layout.transpose, 1),
  Trilu: operator(elementwise.same, 1, 2),
  Unsqueeze: operator(layout.unsqueeze, 1, 2),
  Where: operator(elementwise.where, 3),
  Xor: logical,
}
