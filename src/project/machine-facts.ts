import { arch, availableParallelism, cpus, platform } from 'node:os'
import { chestnutVersion, type RunRecord } from '../core/index.ts'
import { processorKind } from './processor-kind.ts'

/** What a number may depend on: the kind of machine and the versions, not whose machine it is. */
export function machineFacts(): RunRecord['machine'] {
  return {
    os: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    processor: processorKind(),
    node: process.versions.node,
    chestnut: chestnutVersion(),
  }
}
