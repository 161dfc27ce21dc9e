import type { CallOptions } from '../provider.ts'
import { sweepPeriod } from '../sweeper-heartbeat.ts'
import type { Asking, ScalewayClient } from './client.ts'
import { attachKey, removeKey, type SweeperKey, storeKey } from './guard-key.ts'
import { openScaleway, type ScalewayOptions } from './scaleway-provider.ts'

export interface GuardOptions extends Omit<ScalewayOptions, 'image'> {
  /** The package that sweeps, pinned: "chestnut@1.2.3". */
  readonly package: string
  /** The key that the job sweeps with. Default: the one that installs it. */
  readonly key?: SweeperKey
}

/** What is, or would be, installed. */
export interface Guard {
  readonly name: string
  readonly region: string
  readonly image: string
  readonly command: string
  /** As cron writes it, UTC. */
  readonly schedule: string
  /** Under which name the Secret Manager keeps the job's key. */
  readonly secret: string
  readonly isInstalled: boolean
}

const jobName = 'chestnut-guard'
/**
 * By its tag: Scaleway documents tags for the images of jobs and no digests, and a sweeper whose image is not taken would sweep nothing.
 * What sweeps is the package, whose version is pinned.
 */
const image = 'docker.io/library/node:22-bookworm-slim'

/** The sweeper as a job of Scaleway's own, on cron: it lives whatever dies elsewhere. */
export interface ScalewayGuard {
  /** What there is to install, and whether it is there. Changes nothing. */
  look(options?: CallOptions): Promise<Guard>
  /** Puts it there, or renews it. May be called again after a crash. */
  install(options?: CallOptions): Promise<void>
  /** Takes it away, with its key. */
  remove(options?: CallOptions): Promise<void>
  /** When it last ended well, in milliseconds since 1970. Undefined when it never did. */
  lastSweep(options?: CallOptions): Promise<number | undefined>
}

export function scalewayGuard(options: GuardOptions): ScalewayGuard {
  const client = openScaleway(options)
  const command = `npx --yes ${options.package} machines sweep --scaleway`
  return {
    look: async (calling = {}) => ({
      name: jobName,
      region: client.access.region,
      image,
      command,
      schedule,
      secret: jobName,
      isInstalled: (await definitionsOf(client, calling)).length > 0,
    }),
    install: (calling = {}) => install(client, command, options.key, calling),
    remove: async (calling = {}) => {
      for (const { id } of await definitionsOf(client, calling)) await removeDefinition(client, id, calling)
      await removeKey(client, jobName, calling)
    },
    lastSweep: (calling = {}) => lastSweep(client, calling),
  }
}

const schedule = `*/${sweepPeriod / 60_000} * * * *`

async function install(
  client: ScalewayClient,
  command: string,
  key: SweeperKey | undefined,
  asking: Asking,
): Promise<void> {
  const { access } = client
  const used = key ?? { accessKey: access.accessKey, secretKey: access.revealSecretKey() }
  const secret = await storeKey(client, jobName, used.secretKey, asking)
  const definition = {
    imageUri: image,
    command,
    cpuLimit: 280,
    memoryLimit: 512,
    description: 'Destroys rented machines that are past their deadline',
    // It must be over before the next one begins.
    jobTimeout: '480s',
    cronSchedule: { schedule, timezone: 'UTC' },
    environmentVariables: {
      SCW_ACCESS_KEY: used.accessKey,
      SCW_DEFAULT_PROJECT_ID: access.projectId,
      SCW_DEFAULT_ZONE: access.zone,
      SCW_API_URL: access.apiURL,
      // No package of ours needs its scripts; one of them would download hundreds of megabytes, every ten minutes.
      npm_config_ignore_scripts: 'true',
    },
  }
  const { region } = access
  const [present, ...others] = await definitionsOf(client, asking)
  for (const { id } of others) await removeDefinition(client, id, asking)
  // Made twice where an answer is lost: the next installation takes one away, and two sweep as well as one.
  const job = await client.ask(
    `define the job "${jobName}"`,
    sdk =>
      present === undefined
        ? sdk.jobs.createJobDefinition({ region, name: jobName, ...definition })
        : sdk.jobs.updateJobDefinition({ region, jobDefinitionId: present.id, ...definition }),
    asking,
  )
  await attachKey(client, job.id, secret, 'SCW_SECRET_KEY', asking)
}

async function definitionsOf(client: ScalewayClient, asking: Asking): Promise<readonly { readonly id: string }[]> {
  const { region, projectId } = client.access
  const all = await client.ask(
    `list the jobs of ${region}`,
    sdk => sdk.jobs.listJobDefinitions({ region, projectId, pageSize: 100 }).all(),
    asking,
  )
  return all.filter(({ name }) => name === jobName)
}

async function removeDefinition(client: ScalewayClient, jobDefinitionId: string, asking: Asking): Promise<void> {
  const { region } = client.access
  await client.ask(
    `delete the job "${jobName}"`,
    sdk => sdk.jobs.deleteJobDefinition({ region, jobDefinitionId }),
    asking,
  )
}

async function lastSweep(client: ScalewayClient, asking: Asking): Promise<number | undefined> {
  const { region } = client.access
  const ends: number[] = []
  for (const { id: jobDefinitionId } of await definitionsOf(client, asking)) {
    const { jobRuns } = await client.ask(
      `ask when the job "${jobName}" last ran`,
      sdk =>
        sdk.jobs.listJobRuns({ region, jobDefinitionId, state: 'succeeded', orderBy: 'created_at_desc', pageSize: 1 }),
      asking,
    )
    for (const { terminatedAt } of jobRuns) if (terminatedAt !== undefined) ends.push(terminatedAt.getTime())
  }
  return ends.length === 0 ? undefined : Math.max(...ends)
}
