import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { canonicalJson, Problem, Refusal, type RunRecord, sha256 } from '../../core/index.ts'
import { need } from '../../testing/needs.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type Bundle, readBundle, writeBundle } from './bundle.ts'
import { packFiles, unpackFiles } from './bundle-files.ts'
import { newSigningKey, readPublicKey, readSigningKey, type SigningKey } from './signing-key.ts'

const pem = newSigningKey()
const key = readSigningKey(pem, 'key.pem')
const trusted = [readPublicKey(key.name, 'key')]
const model = new TextEncoder().encode('a model')

const run: RunRecord = {
  format: 'chestnut.run/1',
  id: '20260101t000000000z-0123abcd-1',
  stage: 'train',
  status: 'done',
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:01:00.000Z',
  seed: 42,
  config: 'c'.repeat(64),
  machine: { os: 'linux', arch: 'x64', cpu: 'some', cores: 2, node: '20.20.2', chestnut: '0.1.0' },
  inputs: {},
  outputs: { 'model.onnx': sha256(model) },
  metrics: { auroc: 0.9, ece: Number.NaN },
}

const bundle: Bundle = {
  version: {
    format: 'chestnut.model-version/1',
    name: 'pneumonia',
    version: 3,
    digest: sha256(model),
    created: '2026-01-01T00:00:00.000Z',
    dataset: 'd'.repeat(64),
    run: run.id,
    metrics: { auroc: 0.9 },
  },
  model,
  runs: [run],
  reports: [
    { path: 'history.json', bytes: new TextEncoder().encode('{}') },
    { path: 'evaluation.html', bytes: new TextEncoder().encode('<p>') },
  ],
}

test('a bundle comes back whole, with the name of its signer', () => {
  const { signer, reports, ...rest } = readBundle(writeBundle(bundle, key), trusted)
  assert.equal(signer, key.name)
  const { reports: given, ...wanted } = bundle
  assert.deepEqual({ ...rest, model: Uint8Array.from(rest.model) }, wanted)
  assert.deepEqual(
    reports.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
    [...given].reverse().map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
  )
})

test('the same content and key make the same bytes, in whatever order it is given', () => {
  const turned = { ...bundle, reports: [...bundle.reports].reverse() }
  assert.deepEqual(writeBundle(turned, readSigningKey(pem, 'again')), writeBundle(bundle, key))
})

test('whatever is altered, cut off or added: the bundle is refused with a sentence', () => {
  const bytes = writeBundle(bundle, key)
  const refused = (altered: Uint8Array, what: string): void => {
    assert.throws(
      () => readBundle(altered, trusted),
      (error: unknown) => error instanceof Problem,
      what,
    )
  }
  for (let i = 0; i < bytes.length; i += 3) {
    const altered = Uint8Array.from(bytes)
    altered[i]! ^= 1 << (i % 8)
    refused(altered, `byte ${i}`)
  }
  for (const length of [0, 1, 511, 512, 1000, bytes.length - 1024, bytes.length - 1])
    refused(bytes.subarray(0, length), `${length}`)
  refused(Buffer.concat([bytes, new Uint8Array(512)]), 'longer')
  refused(new TextEncoder().encode('no bundle at all'), 'text')
})

test('who is not trusted is refused by name, whatever else is right', () => {
  const other = readSigningKey(newSigningKey(), 'other')
  assert.throws(
    () => readBundle(writeBundle(bundle, other), trusted),
    (error: unknown) =>
      error instanceof Refusal && error.message.includes(`signed by "${other.name}", which is not among`),
  )
  assert.throws(() => readBundle(writeBundle(bundle, key), []), Refusal)
  // A forger who names the trusted key without having it.
  const forged: SigningKey = { name: key.name, publicPem: key.publicPem, sign: bytes => other.sign(bytes) }
  assert.throws(
    () => readBundle(writeBundle(bundle, forged), trusted),
    (error: unknown) => error instanceof Refusal && /its signature by ".*" is wrong/.test(error.message),
  )
})

/** A bundle whose manifest, or what is signed, was made by somebody with the key but not by us. */
function signed(manifest: object, files: readonly { path: string; bytes: Uint8Array }[]): Uint8Array {
  const text = new TextEncoder().encode(canonicalJson(manifest))
  return packFiles([
    { path: 'manifest.json', bytes: text },
    { path: 'manifest.sig', bytes: key.sign(text) },
    { path: 'signer.pem', bytes: new TextEncoder().encode(key.publicPem) },
    ...files,
  ])
}

function listed(files: readonly { path: string; bytes: Uint8Array }[]): readonly object[] {
  return files.map(({ path, bytes }) => ({ path, size: bytes.length, sha256: sha256(bytes) }))
}

test('a bundle of a newer Chestnut is refused as such, before anything else of it is looked at', () => {
  const newer = signed({ format: 'chestnut.bundle/2' }, [])
  assert.throws(() => readBundle(newer, []), /written by a newer Chestnut, this one reads up to "chestnut.bundle\/1"/)
})

test('even with a right signature nothing but a version with its files is taken', () => {
  const { version } = bundle
  const file = (path: string, bytes: Uint8Array = model) => ({ path, bytes })
  const cases: readonly (readonly [RegExp, readonly ReturnType<typeof file>[], object?])[] = [
    [/its model is another one/, [file('model.onnx', new TextEncoder().encode('another'))]],
    [/its model is another one/, [file('../model.onnx')]],
    [/it holds files that no bundle has/, [file('model.onnx'), file('../../etc/passwd')]],
    [/a run has another name/, [file('model.onnx'), file('runs/x.json', new TextEncoder().encode(canonicalJson(run)))]],
    [
      /newer Chestnut/,
      [file('model.onnx'), file('runs/x.json', new TextEncoder().encode('{"format":"chestnut.run/2"}'))],
    ],
    [/its files are not those of its manifest/, [file('model.onnx')], { files: [] }],
    [/as the name of a model/, [file('model.onnx')], { version: { ...version, name: '../x' } }],
    [/its record in the registry is damaged/, [file('model.onnx')], { version: { ...version, name: 3 } }],
  ]
  for (const [why, files, changed] of cases) {
    const manifest = { format: 'chestnut.bundle/1', version, files: listed(files), ...changed }
    assert.throws(() => readBundle(signed(manifest, files), trusted), why)
  }
})

test('a key is trusted by its name or its PEM; what is no Ed25519 key is refused, and a private one above all', async () => {
  assert.equal(readPublicKey(key.publicPem, 'file').name, key.name)
  assert.match(key.name, /^ed25519:[A-Za-z0-9_-]{43}$/)
  assert.throws(() => readPublicKey(pem, 'key.pem'), /it is a private key, the public one was wanted/)
  assert.throws(() => readPublicKey('ed25519:short', 'it'), /"ed25519:…" or a public key of Ed25519 in PEM was wanted/)
  const { generateKeyPairSync } = await import('node:crypto')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  assert.throws(() => readPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ec'), Problem)
  assert.throws(() => readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'ec'), Problem)
})

test('tar and OpenSSL read and verify a bundle without us', {
  skip: need({ command: 'openssl', install: 'apt-get install openssl' }),
}, context => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'bundle'), writeBundle(bundle, key))
  writeFileSync(join(folder, 'trusted.pem'), key.publicPem)
  assert.equal(spawnSync('tar', ['-xf', 'bundle'], { cwd: folder }).status, 0)
  const words = [
    'pkeyutl',
    '-verify',
    '-pubin',
    '-inkey',
    'trusted.pem',
    '-rawin',
    '-in',
    'manifest.json',
    '-sigfile',
    'manifest.sig',
  ]
  const { stdout, status } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' })
  assert.deepEqual([status, stdout.trim()], [0, 'Signature Verified Successfully'])
})

test('a tar of another tool is no bundle', context => {
  const folder = temporaryFolder(context)
  for (const name of ['manifest.json', 'manifest.sig'])
    writeFileSync(join(folder, name), '{"format":"chestnut.bundle/1"}')
  const { stdout } = spawnSync('tar', ['-cf', '-', 'manifest.json', 'manifest.sig'], { cwd: folder })
  assert.throws(() => unpackFiles(stdout), /it is none, or bytes of it were altered/)
})
