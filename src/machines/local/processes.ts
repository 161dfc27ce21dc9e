import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { systemCode } from '../../core/index.ts'

/** The variable that every process of a local machine inherits: what says which machine it belongs to, whatever its parent does. */
export const machineVariable = 'CHESTNUT_MACHINE'

/** Ends every process of a machine. @returns how many there were */
export async function endProcesses(id: string): Promise<number> {
  const found = await processesOf(id)
  for (const process of found) kill(process)
  return found.length
}

/** The numbers of the living processes of a machine. */
export async function processesOf(id: string): Promise<readonly number[]> {
  const mark = `${machineVariable}=${id}`
  return process.platform === 'linux' ? fromProc(mark) : fromPs(mark)
}

async function fromProc(mark: string): Promise<readonly number[]> {
  const numbers = (await readdir('/proc')).filter(name => /^[0-9]+$/.test(name)).map(Number)
  const marked = await Promise.all(numbers.map(number => isMarked(number, mark)))
  return numbers.filter((number, i) => marked[i] && number !== process.pid)
}

async function isMarked(number: number, mark: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${number}/environ`, 'latin1')).split('\0').includes(mark)
  } catch (error) {
    // It has ended, or is somebody else's: then it is none of ours.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}

/** Where there is no /proc, ps shows the environment of our own processes. */
async function fromPs(mark: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-Eww', '-ax', '-o', 'pid=,command='], { maxBuffer: 1 << 26 })
  const lines = stdout.split('\n').filter(line => line.split(' ').includes(mark))
  return lines.map(line => Number.parseInt(line, 10)).filter(number => number > 0 && number !== process.pid)
}

function kill(number: number): void {
  try {
    process.kill(number, 'SIGKILL')
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}
