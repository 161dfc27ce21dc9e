export {
  float,
  floatOf,
  floatsAttribute,
  graphAttribute,
  int,
  intOf,
  ints,
  intsOf,
  string_,
  stringOf,
  strings,
  tensorAttribute,
  tensorOfAttribute,
} from './attributes.ts'
export * from './builder.ts'
export { decode } from './decode.ts'
export { dtypeCodes, dtypeOfCode } from './dtype-codes.ts'
export { encode } from './encode.ts'
export type * from './graph.ts'
export { inferShapes } from './infer-shapes.ts'
export * from './reduce.ts'
export { broadcastShapes } from './shapes/dimensions.ts'
export type { Window } from './shapes/spatial.ts'
export { slide, windowOf } from './shapes/spatial.ts'
