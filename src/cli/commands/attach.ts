import { attach, commandOf, openMachines } from '../../project/index.ts'
import { type CommonOptions, inProject } from '../session.ts'

/** Goes on with a run that was left, to its end. */
export async function attachTo(run: string | undefined, options: CommonOptions): Promise<void> {
  await inProject(options, async ({ workspace, config, output, display }) => {
    const { base, store, clock } = workspace
    const machines = openMachines(config, base, { clock, store, notice: output.warn })
    const record = await attach(workspace, machines, run)
    display.clear()
    output.record(record)
    output.say(`${record.stage} is done: its results are kept, and its machine is gone`)
    output.say(`next: chestnut ${commandOf(record.stage)}`)
  })
}
