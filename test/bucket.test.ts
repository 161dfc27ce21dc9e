import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { needVersitygw, type Versitygw, versitygw } from '../src/testing/versitygw.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

const skip = needVersitygw()
if (skip === false) journeys(await versitygw())
else test('a bucket as the store', { skip }, () => undefined)

function journeys(server: Versitygw): void {
  after(() => server[Symbol.asyncDispose]())
  const keys = { AWS_ACCESS_KEY_ID: server.keys.id, AWS_SECRET_ACCESS_KEY: server.keys.secret }
  const project = (bucket: string): Promise<ProjectFolder> =>
    projectFolder(
      {
        'chestnut.config.ts': `import { defineConfig, local, phantoms, s3, vggSmall } from 'chestnut'

export default defineConfig({
  data: phantoms({ patients: 40, size: 64 }),
  backbone: vggSmall({ size: 32, widths: [8] }),
  train: { epochs: 1, batch: 32 },
  store: s3({ bucket: '${bucket}', endpoint: '${server.endpoint}', region: 'us-east-1', prefix: 'lungs' }),
  machines: { here: local() },
})
`,
      },
      keys,
    )

  test('`chestnut run` keeps what it makes in a bucket, and a second checkout does nothing again', async () => {
    const { bucket } = server.bucket()
    await using first = await project(bucket)
    await using second = await project(bucket)
    const { out } = await first.succeeds('run')
    assert.match(out, /version 1, now in production/)
    const again = await second.succeeds('run', '--json')
    const stages = JSON.parse(again.out) as readonly { readonly stage: string; readonly ran: boolean }[]
    assert.ok(stages.length >= 6)
    assert.deepEqual(
      stages.filter(({ ran }) => ran).map(({ stage }) => stage),
      [],
    )
    const listed = await second.succeeds('store', 'ls', '--json')
    const all = (JSON.parse(listed.out) as { key: string }[]).map(({ key }) => key)
    for (const start of ['blobs/', 'cache/', 'runs/', 'models/'])
      assert.ok(
        all.some(key => key.startsWith(start)),
        start,
      )
  })

  test('a stage on another machine takes its inputs from the bucket and puts its outputs there, by links that nothing keeps', async () => {
    const { bucket } = server.bucket()
    await using folder = await project(bucket)
    const { out, err } = await folder.succeeds('train', '--on', 'here', '--yes', '--json')
    assert.doesNotMatch(out + err, /X-Amz/)
    const keys = (JSON.parse((await folder.succeeds('store', 'ls', '--json')).out) as { key: string }[]).map(
      one => one.key,
    )
    assert.equal(keys.filter(key => key.startsWith('travel/')).length, 1)
    const { outputs } = JSON.parse(out) as { outputs: { [name: string]: string } }
    for (const digest of Object.values(outputs))
      assert.ok(keys.includes(`blobs/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`))
    const left = (await readdir(folder.path, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile())
    for (const { parentPath, name } of left)
      assert.ok(!(await readFile(join(parentPath, name), 'latin1')).includes('X-Amz'), name)
    assert.equal(JSON.parse((await folder.succeeds('train', '--json')).out)['ran'], false)
  })

  test('`chestnut store` puts, lists, gets and links files and folders; errors are sentences', async () => {
    const { bucket } = server.bucket()
    await using folder = await project(bucket)
    await folder.write('film.bin', 'bytes of a film')
    assert.match((await folder.succeeds('store', 'put', 'film.bin', 'films/one')).out, /put 1 files, 15 bytes/)
    await folder.succeeds('store', 'get', 'films/one', 'back/one.bin')
    assert.equal(await readFile(folder.file('back/one.bin'), 'utf8'), 'bytes of a film')
    await folder.succeeds('store', 'put', 'back', 'sets')
    assert.match((await folder.succeeds('store', 'put', 'back', 'sets')).out, /1 of them there already/)
    await folder.succeeds('store', 'get', 'sets', 'sets')
    assert.equal(await readFile(folder.file('sets/one.bin'), 'utf8'), 'bytes of a film')
    const { out: address } = await folder.succeeds('store', 'link', 'films/one')
    assert.equal(await (await fetch(address.trim())).text(), 'bytes of a film')
    const { out: target } = await folder.succeeds('store', 'link', 'films/two', '--put')
    assert.equal((await fetch(target.trim(), { method: 'PUT', body: 'more' })).status, 200)
    assert.match((await folder.succeeds('store', 'ls', `s3://${bucket}/lungs/films/`)).out, /lungs\/films\/two/)

    const refusals = [
      [['get', 'nothing'], 1, /has nothing under this key/],
      [['link', 'nothing'], 1, /has nothing under this key/],
      [['ls', 's3://no-such-bucket', '--endpoint', server.endpoint], 2, /no such bucket/],
      [['ls', `s3://${bucket}`, '--region', 'nl-ams'], 2, /the region is not that of the bucket/],
      [['ls', `s3://${bucket}`, '--profile', 'nobody'], 2, /Cannot use the profile "nobody"/],
      [['put', 'nowhere'], 2, /there is no such file or folder/],
    ] as const
    for (const [words, code, sentence] of refusals) {
      const failed = await folder.chestnut('store', ...words)
      assert.equal(failed.code, code, `${words.join(' ')}: ${failed.err}`)
      assert.match(failed.err, sentence)
      assert.doesNotMatch(failed.err, new RegExp(server.keys.secret))
    }
  })
}
