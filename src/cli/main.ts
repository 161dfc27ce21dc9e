#!/usr/bin/env node
import { CommanderError } from 'commander'
import { exitCodes } from '../core/index.ts'
import { program } from './program.ts'
import { reportFailure } from './report-failure.ts'

try {
  await program().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.misused
  else process.exitCode = reportFailure(error)
}
