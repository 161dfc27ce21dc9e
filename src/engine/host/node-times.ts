import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isJsonObject } from '../../core/index.ts'
import type { NodeTime } from '../engine.ts'

/** Where one session writes what its nodes took: ONNX Runtime adds a date and `.json`. */
export function profilePrefix(): string {
  return join(tmpdir(), `chestnut-profile-${randomUUID()}`)
}

/** Reads the file of a session that has ended its profile, and deletes it. */
export async function takeNodeTimes(prefix: string): Promise<readonly NodeTime[]> {
  const times = new Map<string, { operator: string; runs: number; milliseconds: number }>()
  for (const file of await readdir(tmpdir())) {
    if (!file.startsWith(basename(prefix))) continue
    const path = join(tmpdir(), file)
    const events: unknown = JSON.parse(await readFile(path, 'utf8'))
    await rm(path)
    for (const event of Array.isArray(events) ? events : []) add(event, times)
  }
  return [...times].map(([name, time]) => ({ name, ...time }))
}

/** Events of Chrome's trace format, in microseconds. */
function add(event: unknown, times: Map<string, { operator: string; runs: number; milliseconds: number }>): void {
  if (!isJsonObject(event) || event['cat'] !== 'Node' || !isJsonObject(event['args'])) return
  const ending = '_kernel_time'
  const name = String(event['name'])
  if (!name.endsWith(ending)) return
  const node = name.slice(0, -ending.length)
  const known = times.get(node) ?? { operator: String(event['args']['op_name']), runs: 0, milliseconds: 0 }
  const milliseconds = known.milliseconds + Number(event['dur']) / 1000
  times.set(node, { ...known, runs: known.runs + 1, milliseconds })
}
