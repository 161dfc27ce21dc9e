/** What a builder runs inside of an image: `sbom FILE` writes its bill of materials, `cuda URL SHA256` fetches libraries. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Misuse, Problem } from '../core/index.ts'
import { fetchCudaProvider } from './cuda-provider.ts'
import { imageContent } from './image-content.ts'
import { billOfMaterials } from './sbom.ts'

const [step, first = '', second = ''] = process.argv.slice(2)
const folder = process.cwd()

try {
  if (step === 'sbom') {
    await writeFile(join(folder, first), `${JSON.stringify(billOfMaterials(await imageContent(folder)), null, 1)}\n`)
  } else if (step === 'cuda') {
    const beside = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64')
    console.log((await fetchCudaProvider(first, second, beside)).join(' '))
  } else {
    throw new Misuse(`Cannot take the step "${step ?? ''}": wanted "sbom" or "cuda"`)
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.next === undefined ? error.message : `${error.message}\nnext: ${error.next}`)
  process.exitCode = error.exitCode
}
