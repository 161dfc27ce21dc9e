import { Misuse } from '../core/index.ts'
import type { Config } from './config.ts'

/**
 * Whose machines are that a run rents, in their marks: the project's. A workflow says in `CHESTNUT_OWNER` of which pull request they are, so
 * that giving back what one of them left does not end the machines of another, nor the server.
 */
export function machineOwner(
  { name }: Pick<Config, 'name'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const owner = environment['CHESTNUT_OWNER'] || name
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(owner)) return owner
  throw new Misuse(`Cannot rent for "${owner}": "CHESTNUT_OWNER" wants at most 63 small letters, digits and hyphens`)
}
