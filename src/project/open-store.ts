import { join, resolve } from 'node:path'
import { fileStore, type Store, s3Store } from '../store/index.ts'
import type { Config } from './config.ts'

/** The project's own folder on this machine. */
export function stateFolder({ store }: Pick<Config, 'store'>, base: string): string {
  return resolve(base, typeof store === 'string' ? store : '.chestnut')
}

/** The store of cache, runs and registry: below the project's own folder, or a bucket. */
export async function openStore(config: Pick<Config, 'store'>, base: string): Promise<Store> {
  const { store } = config
  return typeof store === 'string' ? fileStore(join(stateFolder(config, base), 'store')) : s3Store(store)
}
