import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/index.ts'
import { type BootHook, type FakeScaleway, fakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import { bootNamespace } from '../../src/testing/index.ts'

/** Told of a machine that is about to stop, by the home folder of its root. */
export type Stopping = (home: string) => void

/** A fake Scaleway whose servers are namespaces with a real sshd: they let in whom their tags name, and say when they are set up. */
export function bootingCloud(stopping: Stopping = () => undefined): Promise<FakeScaleway> {
  return fakeScaleway({ clock: systemClock, boot: bootWith(stopping) })
}

const bootWith =
  (stopping: Stopping): BootHook =>
  async ({ name, tags }) => {
    const machine = await bootNamespace({ authorizedKeys: keysOf(tags) })
    // What the cloud-init of a real image does at its end.
    writeFileSync(join(machine.home, '.chestnut-ready'), '')
    return {
      address: machine.address.host,
      fingerprints: machine.hostKeys.map(key => `256 ${key} root@${name} (ED25519)\n`).join(''),
      stop: () => {
        stopping(machine.home)
        return machine.stop()
      },
    }
  }

/** Scaleway's images read them from tags, with underscores for spaces. */
function keysOf(tags: readonly string[]): readonly string[] {
  const start = 'AUTHORIZED_KEY='
  return tags.filter(tag => tag.startsWith(start)).map(tag => tag.slice(start.length).replace('_', ' '))
}

/** What a user of the cloud has in the environment. */
export function environmentOf({ access }: FakeScaleway): Readonly<Record<string, string>> {
  return {
    SCW_API_URL: access.apiURL,
    SCW_ACCESS_KEY: access.accessKey,
    SCW_SECRET_KEY: access.secretKey,
    SCW_DEFAULT_PROJECT_ID: access.defaultProjectId,
  }
}
