import { chestnutVersion, Problem } from '../../core/index.ts'
import { type RegistryImage, registryImage } from '../../images/index.ts'
import { type Archive, type Shell, sendArchive, sendImage } from '../../machines/index.ts'
import type { Workspace } from '../workspace.ts'
import { linkTo, packProgram } from './cargo.ts'

/** Chestnut with its Node, for a machine that has nothing: packed here, or in an image that the machine gets from its registry. */
export type Program = { readonly archive: Archive } | { readonly image: RegistryImage }

/** @throws Problem when the configuration names an image that cannot be had without a password */
export async function programFor(workspace: Workspace): Promise<Program> {
  const { image: reference } = workspace.config.machines
  if (reference === undefined) return { archive: await packProgram(workspace) }
  const image = await registryImage(reference, workspace.signal)
  if (image !== undefined) return { image }
  throw new Problem(`Cannot use the image "${reference}": its registry answers only those who log in`, {
    next: 'make the image public, or leave "machines.image" out',
  })
}

/** Bytes that travel. */
export function sizeOf(program: Program): number {
  return 'archive' in program ? program.archive.size : program.image.size
}

/** @param folder of all versions on the machine @returns where it is there */
export async function bringProgram(
  workspace: Workspace,
  shell: Shell,
  program: Program,
  folder: string,
): Promise<string> {
  const { signal } = workspace
  if ('image' in program) return await sendImage(shell, program.image, folder, chestnutVersion(), { signal })
  const link = await linkTo(workspace, program.archive)
  return await sendArchive(shell, program.archive, folder, { signal, ...(link === undefined ? {} : { link }) })
}
