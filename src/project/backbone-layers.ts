import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Misuse, nearest } from '../core/index.ts'
import { type LayeredSpec, type Layers, layersOf, networkNames } from '../models/index.ts'
import { readBackbone } from './read-backbone.ts'
import type { Workspace } from './workspace.ts'

/**
 * The values or layers of a network, as the configuration names them.
 * @param wanted an ONNX file or the name of a known network; default: the backbone of the configuration, whose settings count for
 * its own file
 */
export async function backboneLayers(
  workspace: Workspace,
  wanted?: string,
): Promise<Layers & { readonly backbone: string }> {
  const spec = await specOf(workspace, wanted)
  const { parts } = await readBackbone(workspace, spec)
  return { backbone: spec.kind === 'onnx' ? spec.path : spec.network, ...layersOf(spec, parts) }
}

async function specOf({ config: { backbone }, base }: Workspace, wanted: string | undefined): Promise<LayeredSpec> {
  if (wanted === undefined) {
    if (backbone.kind !== 'vgg-small') return backbone
    throw new Misuse(
      'Cannot list the layers of "vgg-small": none of them has a name, wanted an ONNX file or a network that has a name',
      { next: 'npx chestnut layers FILE.onnx, or npx chestnut layers vgg16' },
    )
  }
  const network = networkNames.find(name => name === wanted)
  if (network !== undefined) return { kind: 'untrained', network }
  const isOwn = backbone.kind === 'onnx' && resolve(base, backbone.path) === resolve(wanted)
  if (isOwn) return backbone
  if (!(await exists(wanted))) {
    const near = nearest(wanted, networkNames)
    throw new Misuse(
      `Cannot list the layers of "${wanted}": there is no such file and no such network${near === undefined ? '' : `, did you mean "${near}"?`}`,
      { next: `name an ONNX file, or one of ${networkNames.join(', ')}` },
    )
  }
  return { kind: 'onnx', path: resolve(wanted) }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
