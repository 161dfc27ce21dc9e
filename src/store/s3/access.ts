import { homedir } from 'node:os'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { Misuse } from '../../core/index.ts'
import type { S3Options, S3Place } from '../s3-store.ts'
import { type AwsProfile, awsProfiles } from './aws-profiles.ts'
import { type Keys, s3cmdKeys } from './s3cmd-keys.ts'
import { scwKeys } from './scw-keys.ts'

/** What a client is made with, and whose keys these are, in words without any of them. */
export interface Access {
  readonly client: S3ClientConfig & { readonly ignoreConfiguredEndpointUrls: boolean }
  readonly words: string
  /** Whether the endpoint is Amazon's own. */
  readonly isAmazon: boolean
}

/** Finds the keys, the endpoint and the region. @throws Misuse when the profile that was asked for is nowhere */
export async function accessTo(place: S3Place, options: Pick<S3Options, 'env' | 'home'>): Promise<Access> {
  const { env = process.env, home = homedir() } = options
  const found = await findKeys(place.profile, env, home)
  const endpoint = place.endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? found.endpoint
  if (endpoint !== undefined) checkEndpoint(endpoint)
  const region = place.region ?? regionOf(endpoint) ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? found.region
  const isAmazon = endpoint === undefined || /\.amazonaws\.com$/.test(new URL(endpoint).hostname)
  const { keys, profile } = found
  const client: Access['client'] = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined && isAmazon ? {} : { region: region ?? 'us-east-1' }),
    ...(keys === undefined ? {} : { credentials: keys.credentials }),
    ...(profile === undefined ? {} : { profile }),
    // What the files of a profile say was read above.
    ignoreConfiguredEndpointUrls: true,
    forcePathStyle: place.pathStyle ?? !isAmazon,
  }
  return { client, words: found.words, isAmazon }
}

interface Found extends AwsProfile {
  readonly keys?: Keys
  /** A profile that the SDK reads by itself. */
  readonly profile?: string
  readonly words: string
}

type Env = Readonly<Record<string, string | undefined>>

async function findKeys(wanted: string | undefined, env: Env, home: string): Promise<Found> {
  if (wanted !== undefined) return named(wanted, env, home)
  const [id, secret, token] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']]
  if (id && secret) {
    const credentials = { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }
    return { keys: { credentials }, words: 'the keys of AWS_ACCESS_KEY_ID in the environment' }
  }
  const aws = await awsProfiles(env, home)
  const profile = env['AWS_PROFILE']
  if (profile) return ofProfile(profile, aws)
  const scw = await scwKeys(undefined, env, home)
  if (scw?.fromEnvironment === true) return ofKeys(scw.keys, scw.words)
  if (aws.has('default')) return ofProfile('default', aws)
  const s3cmd = await s3cmdKeys(home)
  if (s3cmd !== undefined) return ofKeys(s3cmd, s3cmdWords)
  if (scw !== undefined) return ofKeys(scw.keys, scw.words)
  return { words: 'what the AWS chain finds' }
}

const s3cmdWords = 'the keys of s3cmd in ~/.s3cfg'

function ofKeys(keys: Keys, words: string): Found {
  return { keys, endpoint: keys.endpoint, region: keys.region, words }
}

function ofProfile(profile: string, all: ReadonlyMap<string, AwsProfile>): Found {
  return { profile, ...all.get(profile), words: `the AWS profile "${profile}"` }
}

async function named(profile: string, env: Env, home: string): Promise<Found> {
  if (profile === 's3cmd') {
    const keys = await s3cmdKeys(home)
    if (keys !== undefined) return ofKeys(keys, s3cmdWords)
  }
  const aws = await awsProfiles(env, home)
  if (aws.has(profile)) return ofProfile(profile, aws)
  const scw = await scwKeys(profile, env, home)
  if (scw !== undefined) return ofKeys(scw.keys, scw.words)
  throw new Misuse(
    `Cannot use the profile "${profile}": neither the AWS files nor the configuration of scw have it${
      aws.size === 0 ? '' : `, the AWS files have ${[...aws.keys()].map(name => `"${name}"`).join(', ')}`
    }`,
    { next: 'correct "profile" of the store, or leave it out' },
  )
}

function checkEndpoint(endpoint: string): void {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return
  throw new Misuse(`Cannot use the endpoint "${endpoint}": wanted an address such as "https://s3.fr-par.scw.cloud"`)
}

/** Scaleway's endpoints are named after their region. */
function regionOf(endpoint: string | undefined): string | undefined {
  return /^https:\/\/(?:[a-z0-9.-]+\.)?s3\.([a-z]{2}-[a-z]{3})\.scw\.cloud\/?$/.exec(endpoint ?? '')?.[1]
}
