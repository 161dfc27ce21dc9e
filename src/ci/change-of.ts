import type { CiFile } from './github-workflows.ts'
import { sealOf } from './seal.ts'

/** What is to be done about a file. */
export interface CiChange extends CiFile {
  readonly state: 'new' | 'same' | 'replaced' | 'changed by hand' | 'of somebody else'
}

/** @param there the text of a file; undefined where there is none */
export function changeOf(file: CiFile, there: string | undefined): CiChange {
  if (there === undefined) return { ...file, state: 'new' }
  if (there.replaceAll('\r\n', '\n') === file.text) return { ...file, state: 'same' }
  const seal = sealOf(there)
  const states = { whole: 'replaced', broken: 'changed by hand', none: 'of somebody else' } as const
  return { ...file, state: states[seal] }
}
