/** One sweep as a process of its own, as `chestnut machines sweep` does it. */
import { sweep } from '../../src/machines/index.ts'
import { act } from './actor.ts'

await act(async ({ provider, journal, clock }) => {
  const { failed } = await sweep(provider, { clock, journal })
  for (const { names, reason } of failed) console.error(`left: ${names.join(', ')}: ${reason}`)
})
