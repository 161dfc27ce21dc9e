import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { need } from '../testing/needs.ts'
import { caddy } from './caddy.ts'
import { answerOf, bench, underLoad } from './deploy.test.fixture.ts'
import { deploy } from './deploy.ts'
import { localShell, type Shell } from './shell.ts'

const skip = need({ command: 'caddy', install: 'apt-get install caddy' })

test('a deployment that dies, or fails, at any command loses no request, and the next one succeeds', {
  skip,
}, async context => {
  const { target, over, release, url } = await bench(context, caddy)
  await deploy(target, { release: await release('one@0', { probability: 0.5 }) })
  let died = 0
  const load = await underLoad(
    url,
    async () => {
      for (let commands = 4; commands < 44; commands += 5) {
        const next = await release(`one@${commands}`, { probability: commands / 100 })
        const ended = await deploy(over(commands % 2 === 0 ? dyingAfter(commands) : failingOnce(commands)), {
          release: next,
        }).catch(() => 'died')
        if (ended === 'died') died++
        execFileSync('rm', ['-rf', join(target.root, 'lock')])
      }
      await deploy(target, { release: await release('one@99', { probability: 0.99 }) })
    },
    3,
  )
  assert.ok(died > 4, `${died}`)
  assert.deepEqual(load.failures, {})
  assert.equal((await answerOf(url))['model'], 'one@99')
})

/** One command fails, and those after it do not. */
function failingOnce(commands: number): Shell {
  const shell = localShell()
  let left = commands
  return {
    run: (words, options) => (left-- === 0 ? Promise.reject(new Error('no memory')) : shell.run(words, options)),
    upload: shell.upload,
  }
}

/** A connection that is lost after so many commands, for good. */
function dyingAfter(commands: number): Shell {
  const shell = localShell()
  let left = commands
  return {
    run: (words, options) => (left-- > 0 ? shell.run(words, options) : Promise.reject(new Error('the link is lost'))),
    upload: (local, remote) =>
      left-- > 0 ? shell.upload(local, remote) : Promise.reject(new Error('the link is lost')),
  }
}
