import { checkStamp, isJsonObject, Problem } from '../core/index.ts'
import { readJson, writeJson } from '../store/index.ts'
import { digestOfOutput } from './stages/publish.ts'
import type { Workspace } from './workspace.ts'

type Place = Pick<Workspace, 'store' | 'config'>

/** The model that was judged at a commit last. Where all of it was kept from before, no run tells. */
interface JudgedCommit {
  readonly format: 'chestnut.judged-commit/1'
  /** SHA-256 of its file. */
  readonly model: string
}

/** Notes for which model a commit stands; outside a checkout for none. */
export async function noteJudged(
  { commit, ...place }: Place & Pick<Workspace, 'commit'>,
  trained: Parameters<typeof digestOfOutput>[0],
): Promise<void> {
  if (commit === undefined) return
  const judged: JudgedCommit = { format: 'chestnut.judged-commit/1', model: digestOfOutput(trained, 'model.onnx') }
  await writeJson(place.store, `${folderOf(place)}${commit}.json`, judged)
}

/**
 * The first of some commits that was judged here, with the digest of its model.
 *
 * @throws Problem when a newer Chestnut wrote it, or it is damaged
 */
export async function judgedAt(
  place: Place,
  commits: readonly string[],
): Promise<{ readonly commit: string; readonly digest: string } | undefined> {
  const folder = folderOf(place)
  const known = new Set<string>()
  for await (const { key } of place.store.list(folder)) known.add(key)
  const commit = commits.find(one => known.has(`${folder}${one}.json`))
  if (commit === undefined) return undefined
  const value = await readJson(place.store, `${folder}${commit}.json`)
  const { format, model } = isJsonObject(value) ? value : {}
  checkStamp(format, 'judged-commit', 1)
  if (typeof model === 'string') return { commit, digest: model }
  throw new Problem(`Cannot read which model commit ${commit.slice(0, 12)} stands for: it is not told`, {
    next: 'chestnut evaluate',
  })
}

/** By the name of the model: several projects of one checkout may share a store. */
function folderOf({ config: { name } }: Place): string {
  return `commits/${name}/`
}
