/** One controller as a process of its own: rents a machine, works for a while, gives it back. */
import { withMachine } from '../../src/machines/index.ts'
import { act } from './actor.ts'

await act(async ({ plan, run, name, clock, provider, journal, signal }) => {
  await withMachine({
    provider,
    journal,
    clock,
    owner: 'chaos',
    run,
    stage: 'train',
    by: name,
    need: plan.need,
    cloudInit: '#cloud-config\n',
    authorizedKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0 chaos',
    caps: { run: plan.cap },
    signal,
    reach: async () => undefined,
    work: ({ signal: stop }) => clock.sleep(plan.work, stop),
  })
})
