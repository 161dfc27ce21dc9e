import type { Asking, ScalewayClient } from './client.ts'

/** A key that may do no more than a sweeper must: read and delete servers, volumes and addresses. */
export interface SweeperKey {
  readonly accessKey: string
  readonly secretKey: string
}

/** Keeps a secret in the Secret Manager, as its newest version. @returns its id */
export async function storeKey(client: ScalewayClient, name: string, value: string, asking: Asking): Promise<string> {
  const { region } = client.access
  const [present] = await secretsOf(client, name, asking)
  const secretId =
    present ??
    (
      await client.ask(
        `make the secret "${name}"`,
        sdk => sdk.secrets.createSecret({ region, name, tags: ['chestnut'], protected: false }),
        asking,
      )
    ).id
  const data = Buffer.from(value, 'utf8').toString('base64')
  await client.ask(
    `write the secret "${name}"`,
    sdk => sdk.secrets.createSecretVersion({ region, secretId, data, disablePrevious: true }),
    asking,
  )
  return secretId
}

/** Hands a secret's newest version to a job, in a variable of its environment. */
export async function attachKey(
  client: ScalewayClient,
  jobDefinitionId: string,
  secretManagerId: string,
  variable: string,
  asking: Asking,
): Promise<void> {
  const { region } = client.access
  const { secrets } = await client.ask(
    'list the secrets of the job',
    sdk => sdk.jobs.listJobDefinitionSecrets({ region, jobDefinitionId }),
    asking,
  )
  if (secrets.some(one => one.envVar?.name === variable && one.secretManagerId === secretManagerId)) return
  const wanted = { secretManagerId, secretManagerVersion: 'latest', envVarName: variable }
  await client.ask(
    'give the job its key',
    sdk => sdk.jobs.createJobDefinitionSecrets({ region, jobDefinitionId, secrets: [wanted] }),
    asking,
  )
}

export async function removeKey(client: ScalewayClient, name: string, asking: Asking): Promise<void> {
  const { region } = client.access
  for (const secretId of await secretsOf(client, name, asking)) {
    await client.ask(`delete the secret "${name}"`, sdk => sdk.secrets.deleteSecret({ region, secretId }), asking)
  }
}

async function secretsOf(client: ScalewayClient, name: string, asking: Asking): Promise<readonly string[]> {
  const { region, projectId } = client.access
  const secrets = await client.ask(
    `look for the secret "${name}"`,
    sdk => sdk.secrets.listSecrets({ region, projectId, name, scheduledForDeletion: false, pageSize: 100 }).all(),
    asking,
  )
  return secrets.filter(secret => secret.name === name && secret.tags.includes('chestnut')).map(({ id }) => id)
}
