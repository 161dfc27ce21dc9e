import { Problem } from '../core/index.ts'
import type { TensorProto } from './onnx_pb.ts'

/** Where the bytes of a weight lie outside the model's file. */
export interface ExternalPlace {
  /** Path as the model says it: to be distrusted. */
  readonly location: string
  /** First byte. */
  readonly offset: number
  /** Bytes; undefined: up to the end of the file. */
  readonly length: number | undefined
}

/** Reads bytes that lie outside the model's file. */
export type ReadExternal = (place: ExternalPlace) => Uint8Array

/** The place that a weight names (ONNX, ExternalData.md). @throws Problem */
export function externalPlace(proto: TensorProto): ExternalPlace {
  const value = (key: string): string | undefined => proto.externalData.find(entry => entry.key === key)?.value
  const location = value('location')
  const offset = whole(value('offset') ?? '0')
  const length = value('length')
  const bytes = length === undefined ? undefined : whole(length)
  if (location !== undefined && offset !== undefined && (length === undefined || bytes !== undefined)) {
    return { location, offset, length: bytes }
  }
  throw new Problem(
    `Cannot read the ONNX model: weight "${proto.name}" lies in another file, but not where: location, offset and length were wanted`,
  )
}

function whole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
