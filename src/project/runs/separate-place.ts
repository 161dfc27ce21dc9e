import { existsSync } from 'node:fs'
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { blobs, makeFolder } from '../../store/index.ts'
import { openWorkspace, type Workspace } from '../workspace.ts'

/** What lies on this computer and is only read: films that were downloaded or drawn, and downloads. */
const shared = ['data', 'downloads'] as const

/**
 * A place where nothing is known of what was computed before: no cache, no pixels, no features, no checkpoints. The films are read
 * anew where they are.
 *
 * @param folder emptied first
 */
export async function separatePlace(workspace: Workspace, folder: string): Promise<Workspace> {
  await rm(folder, { recursive: true, force: true })
  await makeFolder(folder)
  for (const name of shared) {
    if (existsSync(join(workspace.state, name))) await symlink(join(workspace.state, name), join(folder, name))
  }
  const config = { ...workspace.config, store: folder, output: join(folder, 'out'), tracking: undefined }
  const { engine, clock, progress, signal, commit } = workspace
  const place = await openWorkspace(config, workspace.base, {
    engine,
    clock,
    progress,
    signal,
    commit,
    force: true,
    fresh: true,
  })
  await takeBackbone(workspace, place)
  return place
}

/** Weights that were downloaded are known by their digest: they need not be downloaded again. */
async function takeBackbone({ config: { backbone }, store }: Workspace, place: Workspace): Promise<void> {
  const digests = [
    'sha256' in backbone ? backbone.sha256 : undefined,
    'weightsSha256' in backbone ? backbone.weightsSha256 : undefined,
  ]
  for (const digest of digests) {
    const wanted = digest?.toLowerCase()
    if (wanted !== undefined && (await blobs(store).has(wanted)))
      await blobs(place.store).put(await blobs(store).get(wanted))
  }
}
