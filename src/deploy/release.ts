import { checkStamp, isJsonObject, Problem } from '../core/index.ts'
import type { GoldenVector } from '../models/index.ts'
import type { Layout } from './layout.ts'
import { readRemote, runScript, writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'

/** What is put on a machine. */
export interface Release {
  /** What people call it: the model's name and version. */
  readonly name: string
  /** A tar on this computer, plain or gzipped. */
  readonly archive: string
  /** SHA-256 of its bytes. */
  readonly digest: string
  /** The program that serves and its first words. One that starts with `./` lies in the archive. */
  readonly program: readonly string[]
  /** The model file in the archive. */
  readonly model: string
  /** What its model answers to drawn films. */
  readonly golden: readonly GoldenVector[]
  readonly goldenTolerance: number
}

/** What is kept of a release beside its files; nothing of it is secret. */
export interface ReleaseRecord extends Omit<Release, 'archive'> {
  readonly format: 'chestnut.release/1'
  /** ISO 8601, by the clock of whoever deployed it. */
  readonly deployed: string
  /** The digest of what answered before it: where `rollback` leads. */
  readonly before: string | undefined
}

/** Puts a release on the machine, beside the others; one that is there whole is kept. */
export async function placeRelease(
  shell: Shell,
  places: Layout,
  release: Release,
  facts: { readonly deployed: string; readonly before: string | undefined },
): Promise<ReleaseRecord> {
  const there = await readRecord(shell, places, release.digest)
  if (there === undefined) await unpack(shell, places, release)
  const { archive: _archive, ...kept } = release
  const before = facts.before ?? there?.before
  const record: ReleaseRecord = { format: 'chestnut.release/1', ...kept, deployed: facts.deployed, before }
  await writeRemote(shell, places.record(release.digest), `${JSON.stringify(record, null, 2)}\n`)
  return record
}

/** @throws Problem when what arrived is not what was sent */
async function unpack(shell: Shell, places: Layout, { archive, digest }: Release): Promise<void> {
  const tar = `${places.releases}/${digest}.tar`
  await shell.upload(archive, tar, { timeout: 600_000 })
  const [found = ''] = await runScript(shell, 'read the archive', 'sha256sum "$1" | cut -d" " -f1', [tar])
  if (found !== digest) throw new Problem(`Cannot use the archive "${digest}": other bytes arrived on the machine`)
  const script = `
rm -rf "$2.partial" "$2"
mkdir "$2.partial"
tar -xf "$1" -C "$2.partial"
chmod -R go+rX "$2.partial"
mv -T "$2.partial" "$2"
rm -f "$1"`
  await runScript(shell, 'unpack the archive', script, [tar, places.release(digest)], { timeout: 600_000 })
}

/** The record of a release; undefined where the machine has none. */
export async function readRecord(shell: Shell, places: Layout, digest: string): Promise<ReleaseRecord | undefined> {
  const text = await readRemote(shell, places.record(digest))
  if (text === undefined) return undefined
  const record: unknown = JSON.parse(text)
  checkStamp(isJsonObject(record) ? record['format'] : undefined, 'release', 1)
  return record as ReleaseRecord
}

/** All of them, the latest first. */
export async function listReleases(shell: Shell, places: Layout): Promise<readonly ReleaseRecord[]> {
  const script =
    'cd "$1" 2>/dev/null || exit 0; for file in *.json; do [ ! -e "$file" ] || basename "$file" .json; done'
  const digests = await runScript(shell, 'list the releases', script, [places.releases])
  const found = await Promise.all(digests.map(digest => readRecord(shell, places, digest)))
  return found.filter(record => record !== undefined).sort((a, b) => b.deployed.localeCompare(a.deployed))
}

/** How many stay: the one that answers, and those that a rollback may lead to. */
const keptReleases = 3

/** Removes the oldest releases but the ones named. */
export async function prune(shell: Shell, places: Layout, needed: readonly (string | undefined)[]): Promise<void> {
  const releases = await listReleases(shell, places)
  const kept = new Set(needed.filter(digest => digest !== undefined))
  for (const { digest } of releases) if (kept.size < keptReleases) kept.add(digest)
  for (const { digest } of releases.filter(release => !kept.has(release.digest))) {
    // The record goes first: what has none is not there.
    await runScript(shell, 'remove an old release', 'rm -f "$1"; rm -rf "$2"', [
      places.record(digest),
      places.release(digest),
    ])
  }
}
