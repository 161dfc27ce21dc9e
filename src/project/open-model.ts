import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Problem, systemCode } from '../core/index.ts'
import type { Workspace } from './workspace.ts'

export interface ModelFile {
  readonly bytes: Uint8Array
  /** `pneumonia@3`, or `file` for a model that no registry knows. */
  readonly reference: string
  readonly name: string
  /** 0 for a model that no registry knows. */
  readonly version: number
}

/** Opens a model file by its path, or a registered version; default: the project's model in production. */
export async function openModel(workspace: Workspace, reference?: string): Promise<ModelFile> {
  if (reference?.endsWith('.onnx') === true) return fromFile(resolve(workspace.base, reference), reference)
  const version = await workspace.registry.find(reference ?? workspace.config.name)
  const bytes = await workspace.registry.open(version)
  return { bytes, reference: `${version.name}@${version.version}`, name: version.name, version: version.version }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder, an ONNX file was wanted',
  EACCES: 'this user may not read it',
}

async function fromFile(path: string, given: string): Promise<ModelFile> {
  try {
    return { bytes: await readFile(path), reference: 'file', name: 'file', version: 0 }
  } catch (cause) {
    const reason = reasons[systemCode(cause) ?? '']
    if (reason === undefined) throw cause
    throw new Problem(`Cannot open the model "${given}": ${reason}`, { cause, next: 'chestnut run' })
  }
}
