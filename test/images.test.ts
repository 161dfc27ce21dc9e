import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chestnutVersion } from '../src/core/index.ts'
import { registryImage } from '../src/images/index.ts'
import { connect, sendImage } from '../src/machines/index.ts'
import { startSshd } from '../src/testing/index.ts'
import { freePort } from '../src/testing/mlflow-server.ts'
import { runImage } from '../src/testing/run-image.ts'
import { type BuiltImage, builtImage, needImages, startImage, withPort } from './built-image.ts'
import { projectFolder, tinyConfig } from './project-folder.ts'

const skip = needImages()
let built: BuiltImage

before(async () => {
  if (skip === false) built = await builtImage()
})
after(async () => {
  await built?.[Symbol.asyncDispose]()
})

test('an image is built, pushed, and named by its digest; 250 MiB at most travel', { skip }, () => {
  const { record, image } = built
  assert.match(record.reference, /^127\.0\.0\.1:\d+\/[a-z]+@sha256:[0-9a-f]{64}$/)
  assert.ok(record.reference.endsWith(record.digest))
  assert.ok(record.compressed > 50 * 2 ** 20, `${record.compressed} bytes`)
  assert.ok(record.compressed <= 250 * 2 ** 20, `${record.compressed} bytes`)
  assert.equal(image.config.User, '65532:65532')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  assert.equal(image.config.Labels['org.opencontainers.image.version'], version)
})

test('a machine takes Chestnut out of the image, and runs the cycle with it', { skip }, async context => {
  const { project, record } = built
  const sshd = await startSshd()
  context.after(() => sshd.stop())
  await using shell = await connect(sshd.address, { privateKey: sshd.key.privateKey })
  const image = await registryImage(record.reference)
  const folder = project.file('machine')
  const place = await sendImage(shell, image!, folder, chestnutVersion())
  assert.deepEqual(readdirSync(folder), [record.digest.slice(7, 23)])
  const empty = project.file('empty')
  mkdirSync(empty)
  writeFileSync(join(empty, 'chestnut.config.ts'), tinyConfig)
  const words = ['sh', '-c', 'cd "$1" && PATH=/nowhere exec "$2" run', 'sh', empty, join(place, 'chestnut')]
  const { status, errors, lines } = await shell.run(words)
  assert.equal(status, 0, errors.join('\n'))
  assert.match([...lines, ...errors].join('\n'), /now in production/)
})

test('as user 65532 with a read-only root it answers about a film, and SIGTERM ends it', { skip }, async () => {
  const port = await freePort()
  const { contained, url, seconds, answer } = await startImage(built, port)
  try {
    console.log(`from its start to the answer: ${seconds.toFixed(2)} s`)
    assert.match(JSON.stringify(answer), /probability/i)
    const status = readFileSync(`/proc/${await contained.pid}/status`, 'utf8')
    assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m)
    assert.match(status, /^CapEff:\t0+$/m)
    assert.equal((await fetch(`${url}/health/ready`)).status, 200)
    assert.deepEqual(await isHealthy(port), 0)
    process.kill(await contained.pid, 'SIGTERM')
    assert.equal((await contained.ended).code, 0)
    assert.deepEqual(await isHealthy(port), 1)
  } finally {
    contained.child.kill('SIGKILL')
  }
})

/** The exit code of the image's own health check. */
async function isHealthy(port: number): Promise<number | null> {
  const [how, ...words] = built.image.config.Healthcheck?.Test ?? []
  assert.equal(how, 'CMD')
  return (await runImage(built.image, withPort(words, port), built.volume).ended).code
}

test('nothing can be written there but /tmp and the volume, and nothing is of other systems', { skip }, async () => {
  const script = `
    const { writeFileSync, readdirSync } = require('fs')
    const attempt = path => { try { writeFileSync(path, ''); return 'written' } catch (error) { return error.code } }
    console.log(JSON.stringify({
      places: ['/app/a', '/etc/a', '/usr/local/bin/a', '/tmp/a', '/app/.chestnut/a'].map(attempt),
      systems: readdirSync('node_modules/onnxruntime-node/bin', { recursive: true }).filter(name => /\\.(node|so|dylib|dll)/.test(name)),
      development: ['typescript', 'c8'].filter(name => readdirSync('node_modules').includes(name)),
      secrets: readdirSync('/run').concat(readdirSync('/app')).filter(name => /npmrc|ca\\.pem|secrets|tgz/.test(name)),
    }))`
  const { code, text } = await runImage(built.image, ['node', '-e', script], built.volume).ended
  assert.equal(code, 0, text)
  const found = JSON.parse(text) as { places: string[]; systems: string[]; development: string[]; secrets: string[] }
  assert.deepEqual(found.places, ['EROFS', 'EROFS', 'EROFS', 'written', 'written'])
  assert.ok(found.systems.length > 0)
  for (const name of found.systems) assert.match(name, new RegExp(`linux/${process.arch}/`))
  assert.deepEqual([found.development, found.secrets], [[], []])
})

test('its bill of materials lists packages, the system and machine code by digest', { skip }, () => {
  const text = readFileSync(join(built.project.path, 'out', 'sbom.cdx.json'), 'utf8')
  const { bomFormat, components } = JSON.parse(text) as {
    bomFormat: string
    components: { name: string; purl?: string; hashes?: { alg: string; content: string }[] }[]
  }
  assert.equal(bomFormat, 'CycloneDX')
  assert.ok(components.some(({ purl }) => purl?.startsWith('pkg:npm/onnxruntime-node@')))
  assert.ok(components.some(({ purl }) => purl?.startsWith('pkg:deb/debian/libc6@')))
  const native = components.find(({ name }) => /libonnxruntime\.so/.test(name))
  assert.match(native?.hashes?.find(({ alg }) => alg === 'SHA-256')?.content ?? '', /^[0-9a-f]{64}$/)
})

test('where no builder works, or no lock file pins Chestnut, a sentence says what to do', async () => {
  await using bare = await projectFolder({}, { PATH: '/nowhere' })
  const unpinned = await bare.chestnut('image', 'build')
  assert.equal(unpinned.code, 2)
  assert.match(unpinned.err, /Cannot make an image of ".": there is no "package-lock.json"[\s\S]*npm install chestnut/)
  const packages = {
    'node_modules/chestnut': { version: '1.0.0' },
    'node_modules/onnxruntime-node': { version: '1.30.0' },
  }
  await bare.write('package-lock.json', JSON.stringify({ packages }))
  const unbuilt = await bare.chestnut('image', 'build')
  assert.equal(unbuilt.code, 1)
  assert.match(unbuilt.err, /none of buildah, podman and docker works here[\s\S]*apt-get install buildah/)
})
