import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'

/** What decides how fast a processor multiplies, as Linux calls it and as people do. */
const features: readonly (readonly [flag: string, name: string])[] = [
  ['avx2', 'AVX2'],
  ['avx512f', 'AVX-512'],
  ['avx512_vnni', 'VNNI'],
  ['avx_vnni', 'AVX-VNNI'],
  ['amx_tile', 'AMX'],
  ['avx512_bf16', 'AVX-512 bf16'],
  ['amx_bf16', 'AMX bf16'],
]

/** The machine in a few words: cores, processor, what it can multiply with. */
export async function machineWords(): Promise<string> {
  const cores = availableParallelism()
  const model = cpus()[0]?.model.trim().replace(/\s+/g, ' ') ?? process.arch
  return [`${cores} ${cores === 1 ? 'core' : 'cores'}`, model, ...(await vectorUnits())].join(', ')
}

/** Known on Linux only. */
export async function vectorUnits(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  const flags = /^flags\s*:(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
  return features.filter(([flag]) => flags.includes(flag)).map(([, name]) => name)
}
