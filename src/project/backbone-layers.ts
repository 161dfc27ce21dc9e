import { dirname, resolve } from 'node:path'
import { Misuse } from '../core/index.ts'
import { externalData, type Layers, layersOf, type OnnxSpec } from '../models/index.ts'
import { isAddress, readNamedFile } from './named-file.ts'
import type { Workspace } from './workspace.ts'

/**
 * The values of an ONNX network, as the configuration names them.
 * @param file the network's file; default: the backbone of the configuration, whose settings count for its own file
 */
export async function backboneLayers(workspace: Workspace, file?: string): Promise<Layers & { readonly path: string }> {
  const spec = specOf(workspace, file)
  const bytes = await readNamedFile(workspace, { ...spec, what: 'backbone' })
  const external = isAddress(spec.path) ? undefined : externalData(dirname(resolve(workspace.base, spec.path)))
  return { path: spec.path, ...layersOf(bytes, spec, external) }
}

function specOf({ config: { backbone }, base }: Workspace, file: string | undefined): OnnxSpec {
  const own = backbone.kind === 'onnx' ? backbone : undefined
  if (file === undefined) {
    if (own !== undefined) return own
    throw new Misuse(
      `Cannot list the layers of "${backbone.kind}": the backbone is no ONNX file, wanted the name of one`,
      {
        next: 'npx chestnut layers FILE.onnx',
      },
    )
  }
  const isOwn = own !== undefined && resolve(base, own.path) === resolve(file)
  return isOwn ? own : { kind: 'onnx', path: resolve(file) }
}
