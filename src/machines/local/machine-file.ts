import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkStamp, isJsonObject, Problem, stamp, systemCode } from '../../core/index.ts'
import type { Marks } from '../provider.ts'

/** What stands in `machine.json` of a local machine's folder. */
export interface MachineFile {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly created: number
  readonly marks: Marks
}

const fileName = 'machine.json'

/** Undefined when the folder, or the file in it, is not there. */
export async function readMachineFile(folder: string): Promise<MachineFile | undefined> {
  const text = await unlessMissing(readFile(join(folder, fileName), 'utf8'))
  return text === undefined ? undefined : parse(JSON.parse(text), folder)
}

/** Whole or not at all. @returns false when the folder is not there any more */
export async function writeMachineFile(folder: string, file: MachineFile): Promise<boolean> {
  const temporary = join(folder, `${fileName}.${randomBytes(6).toString('hex')}`)
  try {
    await writeFile(temporary, `${JSON.stringify({ format: stamp('local-machine', 1), ...file })}\n`)
    await rename(temporary, join(folder, fileName))
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    await rm(temporary, { force: true })
    throw error
  }
}

/** What was asked for; undefined when it was not there. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function parse(value: unknown, folder: string): MachineFile {
  if (!isJsonObject(value)) throw new Problem(`Cannot read the machine in "${folder}": it is no JSON object`)
  checkStamp(value['format'], 'local-machine', 1)
  const { id, name, type, created, marks } = value
  if (
    typeof id !== 'string' ||
    typeof name !== 'string' ||
    typeof type !== 'string' ||
    typeof created !== 'number' ||
    !isMarks(marks)
  ) {
    throw new Problem(`Cannot read the machine in "${folder}": something is missing in "${fileName}"`)
  }
  return { id, name, type, created, marks }
}

function isMarks(value: unknown): value is Marks {
  return (
    isJsonObject(value) &&
    typeof value['owner'] === 'string' &&
    typeof value['run'] === 'string' &&
    typeof value['deadline'] === 'number' &&
    typeof value['limit'] === 'number'
  )
}
