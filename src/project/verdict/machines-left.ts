import { Interrupted, Problem } from '../../core/index.ts'
import type { MachinesLeft } from '../../evaluate/index.ts'
import { type ListedMachine, listMachines } from '../list-machines.ts'
import { machineOwner } from '../machine-owner.ts'
import type { Machines } from '../machines.ts'
import type { RemoteRun } from '../remote/find-run.ts'
import type { Workspace } from '../workspace.ts'

/**
 * What a change has left rented, asked of every provider: by its works, and all of its pull request where machines are marked by that.
 * What is overdue is left as well, whoever rented it.
 */
export async function machinesLeft(
  { config, progress }: Workspace,
  machines: Machines,
  runs: readonly RemoteRun[],
): Promise<MachinesLeft> {
  const found: ListedMachine[] = []
  const silent: string[] = []
  for (const provider of machines.providers) {
    try {
      found.push(...(await listMachines({ ...machines, providers: [provider] })).machines)
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof Interrupted) throw error
      progress({ kind: 'warning', text: error.message })
      silent.push(provider.name)
    }
  }
  const owner = machineOwner(config)
  const isOwn = (machine: ListedMachine): boolean => machine.owner === owner
  const isLeft = (machine: ListedMachine): boolean =>
    machine.isOverdue || runs.some(({ run }) => run === machine.run) || (owner !== config.name && isOwn(machine))
  const left = found.filter(isLeft)
  const others = found.filter(machine => !isLeft(machine) && (isOwn(machine) || machine.owner === config.name))
  return { left: left.length, others: others.length, silent }
}
