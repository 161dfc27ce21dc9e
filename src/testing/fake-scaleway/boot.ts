import { createHash } from 'node:crypto'
import type { FakeServer } from './world.ts'

/** What stands for a server's machine while it runs: a process, a network namespace with sshd, or nothing. */
export interface Running {
  /** Where it answers; default: an address kept for documentation. */
  readonly address?: string
  /** What the image writes under the user-data key "ssh-host-fingerprints": lines of "bits SHA256:… comment (TYPE)". */
  readonly fingerprints?: string
  /** The server was stopped, or is gone. */
  stop(): void | Promise<void>
}

/** What a machine is started with. */
export interface BootingServer extends Pick<FakeServer, 'id' | 'name' | 'zone' | 'tags'> {
  readonly type: string
  /** Its own user data, read and written as it changes: "cloud-init" holds what it was given. */
  readonly userData: Map<string, string>
  /** Stands for http://169.254.42.42, without a slash at the end. */
  readonly metadata: string
}

/** Called when a server's state becomes "running". Rejected: the machine never comes up. */
export type BootHook = (server: BootingServer) => Promise<Running>

export type FakeBoot = (server: FakeServer) => Promise<Running>

/** Without a hook a server is a state only; its host keys are made up. */
export const noBoot: FakeBoot = server => {
  const digest = createHash('sha256').update(server.id).digest('base64').replace(/=+$/, '')
  return Promise.resolve({
    fingerprints: `256 SHA256:${digest} root@${server.name} (ED25519)\n`,
    stop: () => undefined,
  })
}
