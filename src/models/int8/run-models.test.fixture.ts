/**
 * `node run-models.test.fixture.js MODEL INPUT …` runs each ONNX file on the bytes of its input file and prints a SHA-256 of what
 * each gives, one line a model. Under an emulator it tells what another kind of processor gives.
 */
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { sha256, type Tensor, tensor } from '../../core/index.ts'
import { openOnnxSession } from '../../engine/host/onnx-session.ts'
import { decode } from '../../graph/index.ts'

export async function outputDigest(model: Uint8Array, input: Uint8Array): Promise<string> {
  const [image] = decode(model).inputs
  const session = await openOnnxSession(model, { device: 'cpu', threads: 1, weightsVary: false })
  try {
    const [output = ''] = decode(model).outputs.map(({ name }) => name)
    const result = (await session.run({ [image!.name]: inputTensor(image!, input) }, [output], {}))[output]!
    const data = result.data as Uint8Array | Float32Array
    return sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  } finally {
    await session.release()
  }
}

function inputTensor(image: { readonly dtype: string; readonly shape: readonly unknown[] }, bytes: Uint8Array): Tensor {
  const [, ...sizes] = image.shape.map(Number)
  const each = sizes.reduce((product, size) => product * size, 1)
  const data = image.dtype === 'uint8' ? bytes : new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  return tensor(image.dtype === 'uint8' ? 'uint8' : 'float32', [data.length / each, ...sizes], data)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = process.argv.slice(2)
  for (let i = 0; i < files.length; i += 2) {
    console.log(await outputDigest(await readFile(files[i]!), new Uint8Array(await readFile(files[i + 1]!))))
  }
}
