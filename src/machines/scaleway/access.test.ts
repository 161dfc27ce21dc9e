import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Misuse, Problem } from '../../core/index.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { findScalewayAccess } from './access.ts'

const accessKey = 'SCW0123456789ABCDEFG'
const secretKey = '01234567-89ab-4cde-8f01-23456789abcd'
const project = '11111111-2222-4333-8444-555555555555'
const keys = { SCW_ACCESS_KEY: accessKey, SCW_SECRET_KEY: secretKey, SCW_DEFAULT_PROJECT_ID: project }
const nowhere = '/nonexistent/config.yaml'

const file = `# written by "scw init"
access_key: SCW9999999999999999A
secret_key: "${secretKey}"
default_organization_id: ${project}
default_project_id: ${project}
default_region: fr-par
default_zone: fr-par-2
send_telemetry: true
active_profile: paris
profiles:
  paris: { access_key: SCW8888888888888888A }
  warsaw:
    access_key: SCW7777777777777777A
    default_zone: pl-waw-2
`

test('the environment is enough', () => {
  const access = findScalewayAccess({ environment: keys, file: nowhere })
  assert.deepEqual(
    [access.accessKey, access.projectId, access.zone, access.region],
    [accessKey, project, 'fr-par-1', 'fr-par'],
  )
  assert.equal(access.revealSecretKey(), secretKey)
  assert.equal(access.apiURL, 'https://api.scaleway.com')
  assert.deepEqual(access.warnings, [])
})

test('the file of "scw init" is read with its profiles, and the environment goes before it', context => {
  const path = join(temporaryFolder(context), 'config.yaml')
  writeFileSync(path, file)
  const of = (environment: Record<string, string>): readonly string[] => {
    const access = findScalewayAccess({ environment, file: path })
    return [access.accessKey, access.zone]
  }
  assert.deepEqual(of({}), ['SCW8888888888888888A', 'fr-par-2'])
  assert.deepEqual(of({ SCW_PROFILE: 'warsaw' }), ['SCW7777777777777777A', 'pl-waw-2'])
  assert.deepEqual(of({ SCW_PROFILE: 'default' }), ['SCW9999999999999999A', 'fr-par-2'])
  assert.deepEqual(of({ SCW_ACCESS_KEY: accessKey, SCW_DEFAULT_ZONE: 'nl-ams-1' }), [accessKey, 'nl-ams-1'])
  assert.throws(() => of({ SCW_PROFILE: 'london' }), /has none of that name/)
})

test('older names are understood, with a warning', () => {
  const { SCW_ACCESS_KEY, SCW_SECRET_KEY } = keys
  const environment = { SCW_ACCESS_KEY, SCW_SECRET_KEY, SCW_ORGANIZATION_ID: project, SCW_ZONE: 'fr-par-1' }
  const access = findScalewayAccess({ environment, file: nowhere })
  assert.equal(access.projectId, project)
  assert.deepEqual(access.warnings, [
    '"SCW_ORGANIZATION_ID" is an older name: set "SCW_DEFAULT_ORGANIZATION_ID" instead',
    '"SCW_ZONE" is an older name: set "SCW_DEFAULT_ZONE" instead',
  ])
})

test('what is missing or is no key is named, and its value never shown', context => {
  for (const name of Object.keys(keys)) {
    const without = { ...keys, [name]: undefined }
    assert.throws(() => findScalewayAccess({ environment: without, file: nowhere }), new RegExp(`"${name}" is not set`))
    const wrong = { ...keys, [name]: `${secretKey}x` }
    assert.throws(
      () => findScalewayAccess({ environment: wrong, file: nowhere }),
      error => error instanceof Misuse && error.message.includes(name) && !error.message.includes(secretKey),
    )
  }
  const path = join(temporaryFolder(context), 'config.yaml')
  writeFileSync(path, `secret_key: "${secretKey}\n  x: [`)
  assert.throws(
    () => findScalewayAccess({ environment: {}, file: path }),
    error => error instanceof Problem && !error.message.includes(secretKey) && error.cause === undefined,
  )
  const access = findScalewayAccess({ environment: keys, file: nowhere })
  assert.ok(!`${inspect(access, { depth: 9, showHidden: true })}${JSON.stringify(access)}`.includes(secretKey))
})
