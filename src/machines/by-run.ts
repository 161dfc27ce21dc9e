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
