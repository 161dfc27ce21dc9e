import { BadWeights, badWeights } from './bad-weights.ts'
import { type ByteSource, memorySource, withFile } from './byte-source.ts'
import { hdf5Signature } from './hdf5/hdf5.ts'
import { isKerasArchive, readKerasArchive } from './keras/keras-archive.ts'
import { readKerasH5 } from './keras/keras-h5.ts'
import { onnxStart, readOnnxWeights } from './onnx-weights.ts'
import { isSafetensors, readSafetensors } from './safetensors.ts'
import { legacyStart, readLegacyStream } from './torch/legacy-stream.ts'
import { isTorchArchive, readTorchArchive } from './torch/torch-archive.ts'
import type { Weights } from './weights.ts'
import { openZip } from './zip.ts'

/**
 * Reads the weights of a network; the format is recognised by the first bytes. Tensors are views of `bytes` where alignment
 * allows, so do not change those bytes afterwards. Nothing in a file is ever executed.
 *
 * @param subject what the file is called in errors
 * @throws Problem when the bytes are of no known format, damaged, cut off or hostile
 */
export function readWeights(bytes: Uint8Array, subject: string): Promise<Weights> {
  return read(memorySource(bytes), subject)
}

/**
 * Like `readWeights`, of a file: only what a tensor needs is read, so a file of 553 MB takes 553 MB. Weights that an ONNX model
 * keeps in files beside it are read too, inside its folder.
 *
 * @throws Problem also when there is no such file
 */
export async function openWeights(path: string, subject: string = path): Promise<Weights> {
  return withFile(path, subject, source => read(source, subject, path))
}

async function read(source: ByteSource, subject: string, path?: string): Promise<Weights> {
  try {
    return await readFormat(source, path)
  } catch (error) {
    throw badWeights(subject, error)
  }
}

function readFormat(source: ByteSource, path: string | undefined): Weights | Promise<Weights> {
  const start = source.read(0, Math.min(source.size, 16))
  if (begins(start, hdf5Signature)) return readKerasH5(source)
  if (begins(start, zipStart)) return readZip(source)
  if (begins(start, legacyStart)) return readLegacyStream(source)
  if (isSafetensors(start)) return readSafetensors(source)
  if (begins(start, onnxStart)) return readOnnxWeights(source, path)
  throw new BadWeights('it begins like no Keras (.h5, .keras), safetensors, PyTorch (.pth, .pt) or ONNX file', {
    next: 'save the weights in one of these formats',
  })
}

const zipStart: readonly number[] = [0x50, 0x4b, 0x03, 0x04]

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => byte === bytes[i])
}

async function readZip(source: ByteSource): Promise<Weights> {
  const zip = await openZip(source)
  if (isTorchArchive(zip)) return readTorchArchive(source, zip)
  if (isKerasArchive(zip)) return readKerasArchive(zip)
  throw new BadWeights('it is a zip archive of neither PyTorch (data.pkl) nor Keras (config.json and model.weights.h5)')
}
