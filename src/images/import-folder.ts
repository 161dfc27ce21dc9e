import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Builder } from './builder.ts'
import type { RunOptions } from './run-program.ts'

/** Makes an image of the folder of a whole system, where no registry is reachable. @returns its name */
export async function importFolder(builder: Builder, folder: string, run?: RunOptions): Promise<string> {
  const tag = 'localhost/chestnut-base:latest'
  const scratch = await mkdtemp(join(tmpdir(), 'chestnut-base-'))
  try {
    const file = join(scratch, 'Dockerfile')
    await writeFile(file, 'FROM scratch\nCOPY . /\n')
    await builder.build({ context: folder, file, args: {}, secrets: {}, tag }, run)
    return tag
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
