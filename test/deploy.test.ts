import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePort, underLoad } from '../src/deploy/deploy.test.fixture.ts'
import { localShell, processes } from '../src/deploy/index.ts'
import { need } from '../src/testing/needs.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const skip = need({ command: 'caddy', install: 'apt-get install caddy' })

// Training is the longest part, and one model serves every journey.
let folder: ProjectFolder
before(async () => {
  folder = await projectFolder({ 'chestnut.config.ts': tinyConfig })
  await folder.succeeds('publish')
})
after(() => folder[Symbol.asyncDispose]())

test('`chestnut serve --socket` listens on a socket, takes over a dead one, and leaves a living one alone', async () => {
  const socket = folder.file('socket')
  const serve = ['serve', '--socket', socket] as const
  const first = folder.start(...serve)
  await first.shows('Serving pneumonia@1')
  assert.equal(await readiness(socket), 'pneumonia@1')
  const second = await folder.chestnut(...serve)
  assert.equal(second.code, 1)
  assert.match(second.err, /Cannot listen on the socket ".*": another program uses it/)
  first.child.kill('SIGKILL')
  await first.finished
  const third = folder.start(...serve, '--model', 'pneumonia@1', '--name', 'other@9')
  await third.shows('Serving other@9')
  assert.equal(await readiness(socket), 'other@9')
  third.child.kill('SIGTERM')
  await third.finished
})

test('two models are deployed one after the other and rolled back under load: no request fails', { skip }, async () => {
  const port = String(await freePort())
  const supervisor = processes(localShell(), folder.file('.chestnut/deploy/services'), 'nobody')
  try {
    const first = await folder.succeeds('deploy', '--port', port, '--yes')
    assert.match(first.out, /Deployed pneumonia@1 at .*; 4 golden films answered rightly through it/)
    await folder.succeeds('publish', '--seed', '7')
    const url = `http://127.0.0.1:${port}/`
    const load = await underLoad(url, () => folder.succeeds('deploy', '--port', port, '--yes'), 2)
    assert.deepEqual(load.failures, {})
    assert.ok(load.answers['pneumonia@1']! > 0, JSON.stringify(load))
    assert.equal(await modelAt(url), 'pneumonia@2')
    const again = await folder.succeeds('deploy', '--port', port, '--yes', '--json')
    assert.equal(JSON.parse(again.out)['outcome'], 'unchanged')
    const back = await underLoad(url, () => folder.succeeds('rollback', '--port', port, '--yes'), 2)
    assert.deepEqual(back.failures, {})
    assert.equal(await modelAt(url), 'pneumonia@1')
    const log = await readFile(join(folder.path, '.chestnut/deploy/services/server-blue/log'), 'utf8')
    assert.doesNotMatch(log, /error/i)
  } finally {
    for (const name of ['proxy', 'server-blue', 'server-green']) await supervisor.stop(name)
  }
})

test('on a machine that it rents: one that nothing answers on is not kept, one that answers stays and is rolled back', {
  skip,
}, async () => {
  await folder.write('here.config.ts', hereConfig)
  const on = ['--config', 'here.config.ts', '--on', 'here', '--yes'] as const
  const list = async (): Promise<readonly { readonly name: string }[]> =>
    JSON.parse((await folder.succeeds('machines', 'list', '--config', 'here.config.ts', '--json')).out)['machines']
  const nothing = await folder.chestnut('rollback', ...on)
  assert.match(nothing.err, /Cannot use what is deployed on "here": nothing is/)
  const port = String(await freePort())
  for (const wrong of [
    ['--tls', 'a.org', '--certificate', 'nowhere.pem', '--key', 'nowhere.pem'],
    ['--tls', 'a.org', '--proxy', 'nginx'],
    ['--tls-port', '8443'],
  ]) {
    assert.equal((await folder.chestnut('deploy', ...on, '--port', port, ...wrong)).code, 2)
    assert.deepEqual(await list(), [])
  }
  try {
    const deployed = await folder.succeeds('deploy', ...on, '--port', port, '--model', 'pneumonia@1')
    assert.match(deployed.err, /Deploy pneumonia@1 on here\n.*an hour with volume and address/)
    const [machine] = await list()
    assert.match(
      deployed.out,
      new RegExp(`rented until .*Z; chestnut machines stop ${machine?.name} ends it\nnext: .* rollback --on here`),
    )
    await folder.succeeds('deploy', ...on, '--model', 'pneumonia@2')
    assert.match((await folder.succeeds('rollback', ...on)).out, /Rolled back to pneumonia@1/)
    assert.equal(await modelAt(`http://127.0.0.1:${port}/`), 'pneumonia@1')
    const beyond = await folder.chestnut('rollback', ...on)
    assert.match(beyond.err, /Cannot roll back from "pneumonia@1": the release before it is not kept/)
    assert.equal((await list()).length, 1, 'what answers is kept')
  } finally {
    await folder.succeeds('machines', 'stop', '--all', '--config', 'here.config.ts')
  }
  await assert.rejects(modelAt(`http://127.0.0.1:${port}/`), TypeError)
})

const hereConfig = tinyConfig
  .replace('{ defineConfig,', '{ defineConfig, local,')
  .replace('train:', 'machines: { here: local() },\n  train:')

test('`chestnut deploy` asks first, and refuses what cannot be meant', async () => {
  await folder.write('secrets.env', 'A=b\n')
  const refused = async (why: RegExp, ...words: readonly string[]): Promise<void> => {
    const { code, err } = await folder.chestnut(...words)
    assert.equal(code, 2, err)
    assert.match(err, why)
  }
  await refused(
    /Cannot deploy on "gpu": the configuration has no machine of this name, known is "local"/,
    'deploy',
    '--on',
    'gpu',
  )
  await refused(/Cannot use "http:\/\/a" as a domain/, 'deploy', '--tls', 'http://a')
  await refused(/Cannot use "--certificate" or "--tls-port" without "--tls"/, 'deploy', '--tls-port', '8443')
  await refused(/without its key/, 'deploy', '--tls', 'a.org', '--certificate', 'a.pem')
  await refused(/others may read the file, wanted its owner alone/, 'deploy', '--secrets', 'secrets.env')
  await refused(/Cannot ask "Go on\?": nobody is at the terminal, wanted "--yes"/, 'rollback')
})

async function modelAt(url: string): Promise<unknown> {
  const answer = await fetch(new URL('health/ready', url))
  return ((await answer.json()) as Record<string, unknown>)['model']
}

function readiness(socketPath: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/health/ready' }, answer => {
      let text = ''
      answer.on('data', piece => {
        text += String(piece)
      })
      answer.on('end', () => resolve((JSON.parse(text) as Record<string, unknown>)['model']))
    })
    asked.once('error', reject)
    asked.end()
  })
}
