import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { need } from '../testing/needs.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { type S3Place, s3Store } from './s3-store.ts'

const skip = needVersitygw() || need({ command: 'openssl', install: 'apt-get install openssl' })

interface Authority {
  readonly folder: string
  /** The certificate of the authority itself, for those who are to trust it. */
  readonly certificate: string
  /** Makes a certificate for one address. */
  issue(address: string): { readonly certificate: string; readonly key: string }
}

function authority(context: TestContext): Authority {
  const folder = temporaryFolder(context)
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'] as const
  openssl('req', '-x509', ...newKey, '-subj', '/CN=authority of a test', '-keyout', 'ca.key', '-out', 'ca.pem')
  return {
    folder,
    certificate: join(folder, 'ca.pem'),
    issue: address => {
      const [certificate, key] = [`${address}.pem`, `${address}.key`]
      const name = ['-subj', '/CN=server', '-addext', `subjectAltName=IP:${address}`]
      openssl(
        'req',
        '-x509',
        ...newKey,
        ...name,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-keyout',
        key,
        '-out',
        certificate,
      )
      return { certificate: join(folder, certificate), key: join(folder, key) }
    },
  }
}

async function secure(context: TestContext, tls: { certificate: string; key: string }): Promise<Versitygw> {
  const server = await versitygw({ tls })
  context.after(() => server[Symbol.asyncDispose]())
  return server
}

/** Runs a script with a store, in a process that trusts an authority: Node reads it at its start only. */
async function trusting(certificate: string, { access }: Versitygw, place: S3Place, work: string): Promise<string> {
  const module = new URL('./index.js', import.meta.url).href
  const script = `import { s3Store } from ${JSON.stringify(module)}
    const store = await s3Store(${JSON.stringify(place)}, ${JSON.stringify(access)})
    try { ${work} } catch (error) { console.log(error.name + ': ' + error.message) }
    await store[Symbol.asyncDispose]()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += String(chunk)
    })
  }
  await once(child, 'close')
  return said
}

test('a bucket is used over TLS, when its authority is trusted', { skip }, async context => {
  const { folder, certificate, issue } = authority(context)
  const server = await secure(context, issue('127.0.0.1'))
  const place = server.bucket()
  assert.match(place.endpoint ?? '', /^https:/)
  const file = join(folder, 'file')
  await writeFile(file, Buffer.alloc(20 << 20, 'film'))
  const said = await trusting(
    certificate,
    server,
    place,
    `await store.putFile(${JSON.stringify(file)}, 'large')
     await store.getFile('large', ${JSON.stringify(`${file}.back`)})
     await store.write('small', Buffer.from('x'), { onlyIf: 'absent' })
     for await (const { key, size } of store.list('')) console.log(key, size)`,
  )
  assert.equal(said, `large ${20 << 20}\nsmall 1\n`)
  execFileSync('cmp', [file, `${file}.back`])
})

test('a certificate of an unknown authority, or of another address, is refused in a sentence at once', {
  skip,
}, async context => {
  const { folder, certificate, issue } = authority(context)
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  const server = await secure(context, issue('127.0.0.1'))
  // The clock stands still: whoever pauses before another attempt would wait for ever.
  await using store = await s3Store(server.bucket(), { ...server.access, clock: fakeClock() })
  for (const work of [
    () => store.write('key', Buffer.from('x')),
    () => store.stat('key'),
    () => store.putFile(file, 'k'),
  ]) {
    await assert.rejects(work, error => {
      assert.ok(error instanceof Problem, String(error))
      assert.match(error.message, /the certificate of "https:.*" cannot be trusted \([A-Z_]+\)/)
      assert.match(error.next ?? '', /NODE_EXTRA_CA_CERTS/)
      return true
    })
  }
  const other = await secure(context, issue('127.0.0.2'))
  const said = await trusting(certificate, other, other.bucket(), `await store.putFile(${JSON.stringify(file)}, 'k')`)
  assert.match(said, /^Problem: .*the certificate of "https:.*" cannot be trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/)
})

test('a server without TLS at an address with https:// is told', { skip }, async context => {
  const server = await versitygw()
  context.after(() => server[Symbol.asyncDispose]())
  const place = { ...server.bucket(), endpoint: server.endpoint.replace('http:', 'https:') }
  await using store = await s3Store(place, { ...server.access, clock: fakeClock() })
  await assert.rejects(store.stat('key'), /does not speak TLS/)
})
