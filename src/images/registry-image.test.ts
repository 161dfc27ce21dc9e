import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Misuse, sha256 } from '../core/index.ts'
import { startDockerRegistry } from '../testing/docker-registry.ts'
import { need } from '../testing/needs.ts'
import { registryImage } from './registry-image.ts'

const oci = 'application/vnd.oci.image'
const layerType = `${oci}.layer.v1.tar+gzip`
const skip = need({ command: 'docker-registry', install: 'apt-get install docker-registry' })

function manifestOf(layers: readonly string[], mediaType = layerType): string {
  const config = { mediaType: `${oci}.config.v1+json`, digest: digestOf('{}'), size: 2 }
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config,
    layers: layers.map(layer => ({ mediaType, digest: digestOf(layer), size: layer.length })),
  })
}

const digestOf = (text: string): string => `sha256:${sha256(text)}`

test("an image's layers are found in a real registry, and have its bytes", { skip }, async () => {
  await using registry = await startDockerRegistry()
  const base = `http://${registry.address}/v2/you/lungs`
  for (const blob of ['{}', 'one', 'three']) {
    const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
    const url = new URL(started.headers.get('location') ?? '', base)
    url.searchParams.set('digest', digestOf(blob))
    assert.equal((await fetch(url, { method: 'PUT', body: blob })).status, 201)
  }
  const manifest = manifestOf(['one', 'three'])
  const headers = { 'content-type': `${oci}.manifest.v1+json` }
  assert.equal((await fetch(`${base}/manifests/main`, { method: 'PUT', body: manifest, headers })).status, 201)
  const image = await registryImage(`${registry.address}/you/lungs:main@${digestOf(manifest)}`)
  assert.equal(image?.sha256, sha256(manifest))
  const found = await Promise.all((image?.layers ?? []).map(async ({ url }) => (await fetch(url)).text()))
  assert.deepEqual(found, ['one', 'three'])
  const other = `${registry.address}/you/lungs@${digestOf('another')}`
  await assert.rejects(registryImage(other), /its registry answers 404/)
})

/** A registry that wants a token which everybody gets. */
async function guarded(context: TestContext, manifests: Readonly<Record<string, string>>, token = 'abc') {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://registry')
    if (url.pathname === '/token') {
      const isAsked = url.searchParams.get('scope') === 'repository:lungs:pull' && token !== ''
      response.writeHead(isAsked ? 200 : 403).end(JSON.stringify({ token }))
      return
    }
    const realm = `http://${request.headers.host}/token`
    if (request.headers.authorization !== `Bearer ${token}`) {
      const wanted = `Bearer realm="${realm}",service="a registry",scope="repository:lungs:pull"`
      response.writeHead(401, { 'www-authenticate': wanted }).end()
      return
    }
    const found = manifests[url.pathname.split('/').at(-1) ?? '']
    response.writeHead(found === undefined ? 404 : 200).end(found)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}/lungs`
}

test('a token that everybody gets goes along; of an image for several systems Linux on x64 is taken', async context => {
  const manifest = manifestOf(['one'])
  const entry = (architecture: string, digest: string) => ({ digest, platform: { os: 'linux', architecture } })
  const index = JSON.stringify({
    mediaType: `${oci}.index.v1+json`,
    manifests: [entry('arm64', digestOf('arm')), entry('amd64', digestOf(manifest))],
  })
  const name = await guarded(context, { [digestOf(index)]: index, [digestOf(manifest)]: manifest })
  const image = await registryImage(`${name}@${digestOf(index)}`)
  assert.equal(image?.authorization, 'Bearer abc')
  assert.equal(image?.sha256, sha256(index))
  assert.deepEqual(
    image?.layers.map(layer => layer.sha256),
    [sha256('one')],
  )
})

test('what cannot be trusted or had is no image', async context => {
  const strange = manifestOf(['one'], `${oci}.layer.v1.tar+zstd`)
  const only = JSON.stringify({ mediaType: `${oci}.index.v1+json`, manifests: [] })
  const wrong = digestOf('wrong')
  const name = await guarded(context, { [digestOf(strange)]: strange, [digestOf(only)]: only, [wrong]: strange })
  await assert.rejects(registryImage(`${name}@${digestOf(strange)}`), /a layer is ".*zstd", wanted gzip/)
  await assert.rejects(registryImage(`${name}@${digestOf(only)}`), /it has none for Linux on x64/)
  await assert.rejects(registryImage(`${name}@${wrong}`), /has another digest/)
  await assert.rejects(registryImage(`${name}:main`), Misuse)
  const closed = await guarded(context, {}, '')
  assert.equal(await registryImage(`${closed}@${wrong}`), undefined)
  await assert.rejects(registryImage(`127.0.0.1:1/lungs@${wrong}`), /Cannot reach the registry at "127\.0\.0\.1:1"/)
})
