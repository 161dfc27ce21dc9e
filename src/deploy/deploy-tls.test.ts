import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { need } from '../testing/needs.ts'
import { caddy } from './caddy.ts'
import { answerOf, bench, freePort } from './deploy.test.fixture.ts'
import { deploy, rollback, type Target } from './deploy.ts'
import type { Fetch } from './golden-answers.ts'
import { keptPublic } from './kept-public.ts'
import { nginx } from './nginx.ts'

const needs = {
  caddy: need({ command: 'caddy', install: 'apt-get install caddy' }),
  nginx: need({ command: 'nginx', install: 'apt-get install nginx-light' }),
}

describe('with TLS', () => {
  const skip = need({ command: 'openssl', install: 'apt-get install openssl' })
  for (const proxy of [caddy, nginx]) {
    test(`${proxy.name} answers over HTTPS with a given certificate, and sends HTTP there`, {
      skip: skip || needs[proxy.name],
    }, async context => {
      const tlsPort = await freePort()
      const { target, folder, release, url } = await bench(context, proxy)
      const { chain, key } = certificateIn(folder, 'good', 'localhost')
      const tls = { domain: 'localhost', port: tlsPort, certificate: { chain, key } }
      const secure: Target = {
        ...target,
        public: { ...target.public, tls },
        fetch: fetchTrusting(() => readFileSync(chain, 'utf8')),
      }
      const done = await deploy(secure, { release: await release('one@1', { probability: 0.25 }) })
      assert.equal(done.url, `https://localhost:${tlsPort}/`)
      assert.equal(statSync(join(target.root, 'proxy', 'key.pem')).mode & 0o777, 0o600)
      const kept = await keptPublic(target)
      assert.deepEqual(kept?.tls, { domain: 'localhost', port: tlsPort, certificate: 'kept' })
      rmSync(key)
      const next = await deploy({ ...secure, public: kept! }, { release: await release('one@2', { probability: 0.5 }) })
      assert.equal(next.url, done.url, 'nothing has to be told again')
      assert.equal((await rollback({ ...secure, public: kept! })).name, 'one@1')
      const plain = await fetch(url, { redirect: 'manual', headers: { host: 'localhost' } })
      assert.ok([301, 308].includes(plain.status), String(plain.status))
    })
  }

  test('Caddy makes its own certificate, here one of its local authority', { skip: needs.caddy }, async context => {
    const tlsPort = await freePort()
    const { target, release } = await bench(context, caddy)
    const authority = join(target.root, 'proxy', 'certificates', 'pki', 'authorities', 'local', 'root.crt')
    const secure: Target = {
      ...target,
      public: { ...target.public, tls: { domain: 'localhost', port: tlsPort } },
      fetch: fetchTrusting(() => readFileSync(authority, 'utf8')),
    }
    const done = await deploy(secure, { release: await release('one@1', { probability: 0.25 }) })
    assert.equal(done.url, `https://localhost:${tlsPort}/`)
  })

  test('TLS whose certificate nobody trusts leaves the proxy answering as before', {
    skip: needs.caddy,
  }, async context => {
    const { target, release, url } = await bench(context, caddy, { publicWithin: 500 })
    const one = await release('one@1', { probability: 0.25 })
    await deploy(target, { release: one })
    // Caddy signs it itself, and nobody was told of its authority.
    const untrusted = { ...target.public, tls: { domain: 'localhost', port: await freePort() } }
    const refused = /nothing that is understood comes back \([A-Z_]+\)/
    await assert.rejects(deploy({ ...target, public: untrusted }, { release: one }), refused)
    await assert.rejects(
      deploy({ ...target, public: untrusted }, { release: await release('one@2', { probability: 0.5 }) }),
      refused,
    )
    assert.equal((await answerOf(url))['model'], 'one@1')
    assert.equal((await keptPublic(target))?.tls, undefined)
  })

  test('a certificate that does not work gives way to the one before it', {
    skip: skip || needs.caddy,
  }, async context => {
    const tlsPort = await freePort()
    const { target, folder, release } = await bench(context, caddy, { publicWithin: 500 })
    const [good, bad] = [certificateIn(folder, 'good', 'localhost'), certificateIn(folder, 'bad', 'elsewhere')]
    const secure = (certificate: { readonly chain: string; readonly key: string }): Target => ({
      ...target,
      public: { ...target.public, tls: { domain: 'localhost', port: tlsPort, certificate } },
      fetch: fetchTrusting(() => readFileSync(good.chain, 'utf8')),
    })
    const one = await release('one@1', { probability: 0.25 })
    await deploy(secure(good), { release: one })
    await assert.rejects(deploy(secure(bad), { release: one }), /nothing that is understood comes back/)
    assert.deepEqual(readFileSync(join(target.root, 'proxy', 'key.pem')), readFileSync(good.key))
    const again = await deploy({ ...secure(good), public: (await keptPublic(target))! }, { release: one })
    assert.equal(again.outcome, 'unchanged')
  })

  test('nginx without a certificate is refused before anything runs', { skip: needs.nginx }, async context => {
    const { target, release } = await bench(context, nginx)
    const secure = { ...target, public: { ...target.public, tls: { domain: 'localhost' } } }
    await assert.rejects(
      deploy(secure, { release: await release('one@1', { probability: 0.25 }) }),
      /Cannot serve "localhost" with TLS behind nginx: it gets no certificate by itself/,
    )
    assert.equal(existsSync(target.root), false)
  })
})

function certificateIn(folder: string, name: string, host: string): { readonly chain: string; readonly key: string } {
  const [chain, key] = [join(folder, `${name}-chain.pem`), join(folder, `${name}-key.pem`)]
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', '2']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject]
  execFileSync('openssl', [...made, '-keyout', key, '-out', chain], { stdio: 'ignore' })
  return { chain, key }
}

/** `fetch` as a client has it that trusts one authority more. */
function fetchTrusting(authority: () => string): Fetch {
  return (url, { method, body, headers }) =>
    new Promise((resolve, reject) => {
      const options = { method, headers: headers as Record<string, string>, ca: authority(), agent: false } as const
      const sent = request(url, options as object, answer => {
        const pieces: Buffer[] = []
        answer.on('data', piece => pieces.push(piece))
        answer.on('end', () => resolve(new Response(Buffer.concat(pieces), { status: answer.statusCode ?? 500 })))
      })
      sent.once('error', reject)
      sent.end(body)
    })
}
