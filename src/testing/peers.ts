import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the scripts of `scripts/peers` put a program that tests compare with, such as "versitygw-1.8.0": outside the repository. */
export function peerFolder(name: string): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'chestnut', 'peers', name)
}
