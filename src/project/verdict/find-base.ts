import { Misuse, sha256 } from '../../core/index.ts'
import { blobs } from '../../store/index.ts'
import { judgedAt } from '../judged-commits.ts'
import { openModel } from '../open-model.ts'
import type { Workspace } from '../workspace.ts'

/** What a change is compared with. */
export interface Base {
  /** `pneumonia@3`, `commit 1a2b3c4d5e6f`. */
  readonly reference: string
  readonly model: Uint8Array
  readonly digest: string
  readonly commit?: string
}

export interface BaseOptions {
  /** A version (`pneumonia@3`), a model file, or a reference of git. Default: the model in production. */
  readonly base?: string | undefined
  /** The commits that a reference of git leads back to, the newest first; undefined where git knows no such reference. */
  readonly commits?: (reference: string) => readonly string[] | undefined
}

/**
 * The model to compare with, or why there is none yet.
 *
 * @throws Misuse when what was typed is neither a model nor a commit that git knows here
 */
export async function findBase(
  workspace: Workspace,
  { base, commits }: BaseOptions,
): Promise<Base | { readonly why: string }> {
  if (base === undefined) return inProduction(workspace)
  if (base.includes('@') || base.endsWith('.onnx')) return registered(workspace, base)
  const found = commits?.(base)
  if (found !== undefined) return ofCommit(workspace, base, found)
  if (await isPublished(workspace, base)) return registered(workspace, base)
  throw new Misuse(`Cannot compare with "${base}": it is no published model, nor a commit that this checkout knows`, {
    next: 'fetch the whole history ("fetch-depth: 0"), or name a model such as "pneumonia@3"',
  })
}

async function inProduction(workspace: Workspace): Promise<Base | { readonly why: string }> {
  const { name } = workspace.config
  if (await isPublished(workspace, name)) return registered(workspace, name)
  return { why: `No model "${name}" is published yet` }
}

async function isPublished({ registry }: Workspace, name: string): Promise<boolean> {
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(name)) return false
  for await (const _ of registry.list(name)) return true
  return false
}

async function registered(workspace: Workspace, reference: string): Promise<Base> {
  const { bytes, version, reference: found } = await openModel(workspace, reference)
  return { reference: version === 0 ? 'the given file' : found, model: bytes, digest: sha256(bytes) }
}

/** What the nearest commit with a result stands for. */
async function ofCommit(
  workspace: Workspace,
  reference: string,
  commits: readonly string[],
): Promise<Base | { readonly why: string }> {
  const found = await judgedAt(workspace, commits)
  if (found === undefined)
    return { why: `No model of "${reference}", nor of a commit before it, was judged with this store` }
  const { commit, digest } = found
  const kept = blobs(workspace.store)
  const short = `commit ${commit.slice(0, 12)}`
  if (!(await kept.has(digest))) return { why: `The model of ${short} is no longer in the store` }
  return { reference: short, model: await kept.get(digest), digest, commit }
}
