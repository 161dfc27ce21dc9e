import { type Problem, systemClock } from '../../core/index.ts'
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
  const warn = (failure: Problem): void => progress({ kind: 'warning', text: failure.message })
  const { providers, closed } = machines.places()
  for (const provider of providers) {
    const one = { ...machines, places: () => ({ providers: [provider], closed: [] }) }
    const { list, failures } = await listMachines(one, systemClock.now())
    found.push(...list.machines)
    if (failures.length > 0) silent.push(provider.name)
    failures.forEach(warn)
  }
  closed.forEach(warn)
  if (closed.length > 0) silent.push('a place without its key here')
  const owner = machineOwner(config)
  const isOwn = (machine: ListedMachine): boolean => machine.owner === owner
  const isLeft = (machine: ListedMachine): boolean =>
    machine.isOverdue || runs.some(({ run }) => run === machine.run) || (owner !== config.name && isOwn(machine))
  const left = found.filter(isLeft)
  const others = found.filter(machine => !isLeft(machine) && (isOwn(machine) || machine.owner === config.name))
  return { left: left.length, others: others.length, silent }
}
