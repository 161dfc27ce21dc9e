import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type Access, accessTo } from './access.ts'

const secret = 'never-to-be-shown'
const place = { bucket: 'films' }

async function home(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = temporaryFolder(context)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

const s3cfg = `[default]
access_key = S3CMDKEY
secret_key = ${secret}
host_base = s3.fr-par.scw.cloud
host_bucket = %(bucket)s.s3.fr-par.scw.cloud
bucket_location = fr-par
use_https = True
`
const scw = `# Scaleway
access_key: SCWTOP
secret_key: ${secret}
default_region: nl-ams
profiles:
  lungs:
    access_key: SCWLUNGS
    secret_key: "${secret}"
    default_region: pl-waw
`
const aws = `[default]\naws_access_key_id = AWSDEFAULT\naws_secret_access_key = ${secret}\n`

function keyOf({ client }: Access): string | undefined {
  const { credentials } = client
  return typeof credentials === 'object' && 'accessKeyId' in credentials ? credentials.accessKeyId : undefined
}

test('accessTo() takes the environment first, then the files of AWS, s3cmd and scw in this order', async context => {
  const all = await home(context, { '.aws/credentials': aws, '.s3cfg': s3cfg, '.config/scw/config.yaml': scw })
  const env = { AWS_ACCESS_KEY_ID: 'ENVKEY', AWS_SECRET_ACCESS_KEY: secret }
  assert.equal(keyOf(await accessTo(place, { env, home: all })), 'ENVKEY')
  const scaleway = await accessTo(place, { env: { SCW_ACCESS_KEY: 'SCWENV', SCW_SECRET_KEY: secret }, home: all })
  assert.equal(keyOf(scaleway), 'SCWENV')
  assert.equal(scaleway.client.endpoint, 'https://s3.fr-par.scw.cloud')
  const profile = await accessTo(place, { env: {}, home: all })
  assert.equal(profile.client.profile, 'default')
  const s3cmd = await accessTo(place, {
    env: {},
    home: await home(context, { '.s3cfg': s3cfg, '.config/scw/config.yaml': scw }),
  })
  assert.equal(keyOf(s3cmd), 'S3CMDKEY')
  assert.deepEqual([s3cmd.client.endpoint, s3cmd.client.region], ['https://s3.fr-par.scw.cloud', 'fr-par'])
  const yaml = await accessTo(place, { env: {}, home: await home(context, { '.config/scw/config.yaml': scw }) })
  assert.equal(keyOf(yaml), 'SCWTOP')
  assert.deepEqual([yaml.client.endpoint, yaml.client.region], ['https://s3.nl-ams.scw.cloud', 'nl-ams'])
  const nothing = await accessTo(place, { env: {}, home: await home(context, {}) })
  assert.equal(nothing.words, 'what the AWS chain finds')
})

test('accessTo() takes the profile that was asked for, from whichever file has it', async context => {
  const all = await home(context, { '.aws/credentials': aws, '.s3cfg': s3cfg, '.config/scw/config.yaml': scw })
  const env = { AWS_ACCESS_KEY_ID: 'ENVKEY', AWS_SECRET_ACCESS_KEY: secret }
  const named = (profile: string): Promise<Access> => accessTo({ ...place, profile }, { env, home: all })
  assert.equal(keyOf(await named('s3cmd')), 'S3CMDKEY')
  const lungs = await named('lungs')
  assert.equal(keyOf(lungs), 'SCWLUNGS')
  assert.equal(lungs.client.region, 'pl-waw')
  assert.match(lungs.words, /profile "lungs"/)
  assert.equal((await named('default')).client.profile, 'default')
  await assert.rejects(named('nobody'), /Cannot use the profile "nobody": .*the AWS files have "default"/)
})

test('accessTo() reads the address and the region of an AWS profile, as Scaleway has its users write it', async context => {
  const config = `[default]
region = eu-west-3

[profile films]
region = pl-waw
services = scaleway

[services scaleway]
s3 =
  endpoint_url = https://s3.pl-waw.scw.cloud

[profile plain]
endpoint_url = http://127.0.0.1:9000
`
  const folder = await home(context, { '.aws/config': config, '.aws/credentials': aws })
  const of = async (profile: string): Promise<readonly unknown[]> => {
    const { client, isAmazon } = await accessTo({ ...place, profile }, { env: {}, home: folder })
    return [client.endpoint, client.region, client.forcePathStyle, isAmazon]
  }
  assert.deepEqual(await of('films'), ['https://s3.pl-waw.scw.cloud', 'pl-waw', true, false])
  assert.deepEqual(await of('plain'), ['http://127.0.0.1:9000', 'us-east-1', true, false])
  assert.deepEqual(await of('default'), [undefined, 'eu-west-3', false, true])
  await assert.rejects(of('scaleway'), /the AWS files have "default", "films", "plain"/)
})

test('accessTo() says whose keys it took, and never a key that is secret', async context => {
  for (const files of [{ '.s3cfg': s3cfg }, { '.config/scw/config.yaml': scw }, { '.aws/credentials': aws }]) {
    const { words } = await accessTo(place, { env: {}, home: await home(context, files) })
    assert.ok(words.length > 10)
    assert.ok(!words.includes(secret))
  }
  const broken = await home(context, { '.config/scw/config.yaml': `access_key: [${secret}` })
  await assert.rejects(accessTo(place, { env: {}, home: broken }), (error: Error) => {
    assert.match(error.message, /Cannot read the configuration of scw/)
    return !error.message.includes(secret)
  })
})

test('accessTo() puts what the configuration says before what files say, and refuses an endpoint that is none', async context => {
  const folder = await home(context, { '.s3cfg': s3cfg })
  const { client } = await accessTo({ ...place, endpoint: 'http://127.0.0.1:9000' }, { env: {}, home: folder })
  assert.deepEqual([client.endpoint, client.region, client.forcePathStyle], ['http://127.0.0.1:9000', 'fr-par', true])
  const other = await accessTo({ ...place, endpoint: 'https://s3.nl-ams.scw.cloud' }, { env: {}, home: folder })
  assert.equal(other.client.region, 'nl-ams')
  await assert.rejects(accessTo({ ...place, endpoint: 'fr-par' }, { env: {}, home: folder }), /Cannot use the endpoint/)
})
