import { join } from 'node:path'
import { loadSharedConfigFiles } from '@smithy/core/config'

/** What a profile says beside its keys, which are read by the SDK. */
export interface AwsProfile {
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
}

/** The profiles that the AWS files have, by their names. */
export async function awsProfiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Promise<ReadonlyMap<string, AwsProfile>> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'),
    filepath: env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'),
    ignoreCache: true,
  })
  const names = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])
  const profiles = new Map<string, AwsProfile>()
  for (const name of names) {
    if (/^(services|sso-session)\./.test(name)) continue
    const values = { ...configFile[name], ...credentialsFile[name] }
    // The SDK itself looks for addresses in one profile alone, that of AWS_PROFILE.
    const services = configFile[`services.${values['services']}`]
    profiles.set(name, { endpoint: services?.['s3.endpoint_url'] ?? values['endpoint_url'], region: values['region'] })
  }
  return profiles
}
