import { basename, dirname, join, resolve } from 'node:path'
import type { ArchiveEntry } from '../../machines/index.ts'
import type { BackboneSpec } from '../../models/index.ts'
import type { BuiltNetwork } from '../build-network.ts'
import { isAddress, readNamedFile } from '../named-file.ts'
import type { LabelledFilms } from '../stages/prepare.ts'
import type { Workspace } from '../workspace.ts'
import { filmFiles, withoutNames } from './film-needs.ts'
import type { StageNeeds } from './stage-needs.ts'

/** What a training takes along: pixels and labels of its films, and the files of its backbone. */
export async function trainNeeds(
  workspace: Workspace,
  { rows, targets, dataset }: LabelledFilms,
  { network, beside }: BuiltNetwork,
): Promise<StageNeeds> {
  const parts = (['train', 'validation'] as const).map(split => rows.filter(row => row.split === split))
  const films = []
  for (const part of parts) films.push(...(await filmFiles(workspace, part, network.contract)))
  const { spec, files } = await backboneFiles(workspace, beside)
  return {
    given: { rows: withoutNames(parts.flat()), targets, dataset },
    files: [...films, ...files],
    backbone: spec,
    films: parts.flat().length,
    form: 'pixels',
  }
}

interface BackboneFiles {
  readonly spec: BackboneSpec
  readonly files: readonly ArchiveEntry[]
}

/** The backbone with its files in the folder "backbone" of the bundle, read and compared with their digests here. */
async function backboneFiles(workspace: Workspace, beside: readonly string[]): Promise<BackboneFiles> {
  const { backbone } = workspace.config
  const files: ArchiveEntry[] = []
  const take = async (path: string, sha256: string | undefined, what: string): Promise<string> => {
    const name = `backbone/${what}-${isAddress(path) ? basename(new URL(path).pathname) : basename(path)}`
    files.push({ path: name, from: await readNamedFile(workspace, { path, sha256, what }), isProgram: false })
    return name
  }
  if (backbone.kind === 'pretrained')
    return { spec: { ...backbone, weights: await take(backbone.weights, backbone.sha256, 'weights') }, files }
  if (backbone.kind !== 'onnx') return { spec: backbone, files }
  const spec = {
    ...backbone,
    path: await take(backbone.path, backbone.sha256, 'backbone'),
    ...(backbone.weights === undefined
      ? {}
      : { weights: await take(backbone.weights, backbone.weightsSha256, 'weights') }),
  }
  for (const name of beside) {
    const from = join(dirname(resolve(workspace.base, backbone.path)), name)
    files.push({ path: `backbone/${name}`, from, isProgram: false })
  }
  return { spec, files }
}
