#!/usr/bin/env node
import { CommanderError } from 'commander'
import { exitCodes, systemCode } from '../core/index.ts'
import { program } from './program.ts'
import { reportFailure } from './report-failure.ts'

for (const stream of [process.stdout, process.stderr]) stream.on('error', unheard)

try {
  await program().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.misused
  else process.exitCode = reportFailure(error)
}

/** Whoever reads may leave early, as `head` does: the work goes on. A full disk behind `>` is a failure, told once. */
function unheard(error: Error): void {
  if (systemCode(error) === 'EPIPE' || process.exitCode === exitCodes.failed) return
  process.exitCode = reportFailure(error)
}
