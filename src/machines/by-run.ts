import { parseMachineName } from './names.ts'
import type { Resource } from './provider.ts'

/** What a provider lists, by the run that it belongs to. */
export function byRun(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) {
    const run = resource.marks?.run ?? parseMachineName(resource.name)?.run
    // A provider lists what bears our marks or names only.
    if (run !== undefined) groups.set(run, [...(groups.get(run) ?? []), resource])
  }
  return groups
}

/** When the first of a group was made, in milliseconds since 1970; undefined where the provider tells it of none. */
export function madeAt(group: readonly Resource[]): number | undefined {
  const times = group.map(({ created }) => created).filter(created => created > 0)
  return times.length === 0 ? undefined : Math.min(...times)
}
