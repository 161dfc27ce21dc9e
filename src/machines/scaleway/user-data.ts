import type { Asking, ScalewayClient } from './client.ts'
import { ScalewayProblem } from './refusals.ts'

/** A server as calls name it. */
export interface ServerPlace {
  readonly id: string
  readonly zone: string
}

/**
 * What a server's user data says under a key: a way to and from the machine that needs no login. The machine itself reads and writes
 * the same texts at http://169.254.42.42/user_data/KEY, as root. Undefined when there is none, or no server.
 */
export async function readUserData(
  client: ScalewayClient,
  { id, zone }: ServerPlace,
  key: string,
  asking: Asking = {},
): Promise<string | undefined> {
  try {
    const text: unknown = await client.ask(
      `read "${key}" from the user data of the server ${id}`,
      sdk => sdk.instance.getServerUserData({ serverId: id, zone, key }),
      asking,
    )
    return typeof text === 'string' ? text : undefined
  } catch (error) {
    if (error instanceof ScalewayProblem && error.kind === 'not-found') return undefined
    throw error
  }
}

/** @param text plain, below 128,000 characters */
export async function writeUserData(
  client: ScalewayClient,
  { id, zone }: ServerPlace,
  key: string,
  text: string,
  asking: Asking = {},
): Promise<void> {
  await client.ask(
    `write "${key}" into the user data of the server ${id}`,
    sdk => sdk.instance.setServerUserData({ serverId: id, zone, key, content: text }),
    asking,
  )
}

/** The fingerprints that an image publishes of its host keys: lines of "bits SHA256:… comment (TYPE)". */
export async function readHostKeys(
  client: ScalewayClient,
  server: ServerPlace,
  asking: Asking = {},
): Promise<readonly string[]> {
  const text = (await readUserData(client, server, 'ssh-host-fingerprints', asking)) ?? ''
  return [...text.matchAll(/\bSHA256:[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])/g)].map(([fingerprint]) => fingerprint)
}
