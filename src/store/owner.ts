import { hostname } from 'node:os'
import { isAlive, sha256 } from '../core/index.ts'

/** Which process of which machine something belongs to, as it stands in names of temporary files. No secret, no host name. */
export interface Owner {
  readonly host: string
  readonly process: number
}

/** This process. Containers on one volume have equal process numbers, so the machine counts too. */
export function thisOwner(): Owner {
  return { host: sha256(hostname()).slice(0, 8), process: process.pid }
}

/**
 * Whether an owner has gone for good. Of other machines only time tells.
 *
 * @param age milliseconds since it was last heard of
 */
export function isGone(owner: Owner, age: number): boolean {
  const me = thisOwner()
  if (owner.host !== me.host) return age > 24 * 3600_000
  return owner.process !== me.process && !isAlive(owner.process)
}
