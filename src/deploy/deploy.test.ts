import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Problem, Refusal } from '../core/index.ts'
import { need } from '../testing/needs.ts'
import { caddy } from './caddy.ts'
import { answerOf, bench, underLoad } from './deploy.test.fixture.ts'
import { deploy, rollback } from './deploy.ts'
import { nginx } from './nginx.ts'
import { localShell, type Shell } from './shell.ts'
import { deploymentStatus } from './status.ts'

const needs = {
  caddy: need({ command: 'caddy', install: 'apt-get install caddy' }),
  nginx: need({ command: 'nginx', install: 'apt-get install nginx-light' }),
}

for (const proxy of [caddy, nginx]) {
  describe(`behind ${proxy.name}`, { skip: needs[proxy.name] }, () => {
    test('no request is lost while a new release takes over, nor while it is rolled back', async context => {
      const { target, release, url } = await bench(context, proxy)
      const first = await deploy(target, { release: await release('one@1', { probability: 0.25 }) })
      assert.deepEqual([first.outcome, first.golden, first.before], ['deployed', 2, undefined])
      const second = await release('one@2', { probability: 0.75 })
      const over = await underLoad(url, () => deploy(target, { release: second }))
      assert.deepEqual(over.failures, {})
      assert.ok(over.answers['one@1']! > 0 && over.answers['one@2']! > 0, JSON.stringify(over))
      assert.equal((await answerOf(url))['model'], 'one@2')
      const back = await underLoad(url, () => rollback(target))
      assert.deepEqual(back.failures, {})
      assert.equal((await answerOf(url))['model'], 'one@1')
      const status = await deploymentStatus(target)
      assert.deepEqual([status.live, status.serving, status.proxy], [first.digest, true, true])
      assert.deepEqual(
        await Promise.all(['server-blue', 'server-green'].map(target.supervisor.isRunning)),
        [true, false],
        'the other one is gone',
      )
    })

    test('a release that answers wrongly, or does not start, leaves the old one answering every request', async context => {
      const { target, release, url } = await bench(context, proxy, { readyWithin: 1000 })
      await deploy(target, { release: await release('one@1', { probability: 0.25 }) })
      const wrong = await release('one@2', { probability: 0.75, golden: 0.7 })
      const broken = await release('one@3', { probability: 0.75, fails: true })
      const load = await underLoad(url, async () => {
        await assert.rejects(deploy(target, { release: wrong }), error => {
          assert.ok(error instanceof Refusal, String(error))
          assert.match(error.message, /golden film 0 gets 0\.7500, 0\.7000 was wanted/)
          return true
        })
        await assert.rejects(deploy(target, { release: broken }), /Cannot start "one@3": it was not ready after 1 s/)
      })
      assert.deepEqual(load.failures, {})
      assert.equal((await answerOf(url))['model'], 'one@1')
      assert.equal(existsSync(join(target.root, 'lock')), false)
    })
  })
}

describe('a deployment', { skip: needs.caddy }, () => {
  test('keeps three releases; a rollback goes back one by one, and not beyond', async context => {
    const { target, release, url } = await bench(context, caddy)
    for (const n of [1, 2, 3, 4]) await deploy(target, { release: await release(`one@${n}`, { probability: n / 10 }) })
    const { releases } = await deploymentStatus(target)
    assert.deepEqual(
      releases.map(({ name }) => name),
      ['one@4', 'one@3', 'one@2'],
    )
    assert.equal(readdirSync(join(target.root, 'releases')).length, 6, 'three folders, three records')
    assert.equal((await rollback(target)).name, 'one@3')
    assert.equal((await rollback(target)).name, 'one@2')
    await assert.rejects(rollback(target), /Cannot roll back from "one@2": the release before it is not kept/)
    assert.equal((await answerOf(url))['model'], 'one@2')
  })

  test('a release that is deployed once more leads back to the one that it took the place of', async context => {
    const { target, release } = await bench(context, caddy)
    const [one, two] = [await release('one@1', { probability: 0.25 }), await release('one@2', { probability: 0.5 })]
    for (const next of [one, two, one]) await deploy(target, { release: next })
    assert.equal((await rollback(target)).name, 'one@2')
  })

  test('of what answers already is nothing done, unless it is asked for', async context => {
    const { target, release } = await bench(context, caddy)
    const one = await release('one@1', { probability: 0.25 })
    await deploy(target, { release: one })
    assert.equal((await deploy(target, { release: one })).outcome, 'unchanged')
    assert.equal((await deploy(target, { release: one, force: true })).outcome, 'deployed')
    await assert.rejects(rollback(target), Problem)
  })

  test('secrets reach the server by a file for its owner alone, and are no words of any command', async context => {
    const { target, over, release, url } = await bench(context, caddy)
    const words: string[] = []
    const listening: Shell = {
      ...localShell(),
      run: (command, options) => {
        words.push(...command)
        return localShell().run(command, options)
      },
    }
    const secrets = { TOKEN: 'a "b" $c `d` \\ \'e\'' }
    await deploy(over(listening), { release: await release('one@1', { probability: 0.25 }), secrets })
    assert.equal((await answerOf(url))['token'], secrets.TOKEN)
    const file = join(target.root, 'secrets', 'environment')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(target.root, 'secrets')).mode & 0o777, 0o700)
    assert.ok(words.length > 50 && !words.some(word => word.includes('a "b"')))
    await deploy(target, { release: await release('one@2', { probability: 0.5 }) })
    assert.equal((await answerOf(url))['token'], secrets.TOKEN, 'a later deployment keeps them')
    await assert.rejects(
      deploy(target, { release: await release('one@3', { probability: 0.5 }), secrets: { A: 'b\nC=d' } }),
      /Cannot use the secret "A": wanted one line/,
    )
  })

  test('one that died after its switch is ended by the next: the old server goes, or answers again if the new one is wrong', async context => {
    const { target, over, release, url } = await bench(context, caddy)
    const [one, two] = [await release('one@1', { probability: 0.25 }), await release('one@2', { probability: 0.5 })]
    const wrong = await release('one@3', { probability: 0.75, golden: 0.7 })
    await deploy(target, { release: one })
    const running = (): Promise<boolean[]> =>
      Promise.all(['server-blue', 'server-green'].map(target.supervisor.isRunning))
    await assert.rejects(deploy(over(lostAfterSwitch()), { release: two }), /the link is lost/)
    execFileSync('rm', ['-rf', join(target.root, 'lock')])
    assert.deepEqual(await running(), [true, true])
    assert.equal((await deploy(target, { release: two })).outcome, 'unchanged')
    assert.deepEqual(await running(), [false, true])
    await assert.rejects(deploy(over(lostAfterSwitch()), { release: wrong }), /the link is lost/)
    execFileSync('rm', ['-rf', join(target.root, 'lock')])
    await assert.rejects(deploy(target, { release: wrong }), /golden film 0 gets 0\.7500, 0\.7000 was wanted/)
    assert.deepEqual(await running(), [false, true])
    assert.equal((await answerOf(url))['model'], 'one@2')
  })

  test('the first one that fails leaves no proxy behind', async context => {
    const { target, release, url } = await bench(context, caddy)
    await assert.rejects(
      deploy(target, { release: await release('one@1', { probability: 0.5, golden: 0.7 }) }),
      Refusal,
    )
    assert.equal(await target.supervisor.isRunning('proxy'), false)
    await assert.rejects(fetch(url), TypeError)
  })

  test('a folder that cannot be made is said, not taken for a lock', async context => {
    const { target, folder, release } = await bench(context, caddy)
    writeFileSync(join(folder, 'file'), '')
    const root = join(folder, 'file', 'below')
    await assert.rejects(
      deploy({ ...target, root }, { release: await release('one@1', { probability: 0.5 }) }),
      /Cannot deploy into ".*below": the command ended with 1: mkdir: .*Not a directory/,
    )
  })

  test('two at once: the second is sent away, and a lock that a dead one left is passed over', async context => {
    const { target, release } = await bench(context, caddy)
    const [one, two] = [await release('one@1', { probability: 0.25 }), await release('one@2', { probability: 0.5 })]
    const both = await Promise.allSettled([deploy(target, { release: one }), deploy(target, { release: two })])
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const refused = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    assert.match(String(refused.reason), /another deployment is at work there/)
    const lock = join(target.root, 'lock')
    execFileSync('mkdir', [lock])
    await assert.rejects(deploy(target, { release: two }), /another deployment is at work/)
    const old = Date.now() / 1000 - 16 * 60
    utimesSync(lock, old, old)
    await deploy(target, { release: two })
  })
})

/** A connection that is lost for good once the link has moved. */
function lostAfterSwitch(): Shell {
  const shell = localShell()
  let isLost = false
  return {
    run: async (words, options) => {
      if (isLost) throw new Error('the link is lost')
      const answer = await shell.run(words, options)
      isLost = words.some(word => word.includes('mv -T "$1.next"'))
      return answer
    },
    upload: shell.upload,
  }
}
