import { parseArgs } from 'node:util'
import { commandBoot, commandJob, killAll } from './command-hooks.ts'
import { fakeScaleway } from './fake-scaleway.ts'
import { scaledClock } from './scaled-clock.ts'

/**
 * The fake as a process of its own: `node dist/src/testing/fake-scaleway/main.js [--port 0] [--speed 1] [--start MS] [--seed 1]
 * [--boot COMMAND] [--jobs]`. Prints one line of JSON with what a client's environment wants, then serves until it is told to end.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    speed: { type: 'string', default: '1' },
    start: { type: 'string' },
    seed: { type: 'string', default: '1' },
    boot: { type: 'string' },
    jobs: { type: 'boolean', default: false },
  },
})

const fake = await fakeScaleway({
  clock: scaledClock(Number(values.speed), values.start === undefined ? Date.now() : Number(values.start)),
  port: Number(values.port),
  seed: Number(values.seed),
  ...(values.boot === undefined ? {} : { boot: commandBoot(values.boot) }),
  ...(values.jobs ? { job: commandJob } : {}),
})
const { apiURL, accessKey, secretKey, defaultProjectId } = fake.access
console.log(
  JSON.stringify({
    SCW_API_URL: apiURL,
    SCW_ACCESS_KEY: accessKey,
    SCW_SECRET_KEY: secretKey,
    SCW_DEFAULT_PROJECT_ID: defaultProjectId,
  }),
)

const end = (): void => {
  killAll()
  fake[Symbol.asyncDispose]().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
