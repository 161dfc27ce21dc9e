import { basename, extname, join } from 'node:path'
import { type Film, overlayPng } from '../imaging/index.ts'
import type { Reading } from '../models/index.ts'
import { makeFolder, writeFileWhole } from '../store/index.ts'

/** Pictures of where a model looked, in one folder. */
export interface Explanations {
  /** @returns the picture's path; undefined where the model gave no heat map */
  keep(file: string, film: Film, reading: Reading): Promise<string | undefined>
}

/** Each picture is called after its film; films of one name from two folders get a number. */
export function explanations(folder: string): Explanations {
  const taken = new Set<string>()
  return {
    keep: async (file, film, { heat }) => {
      if (heat === undefined) return undefined
      const path = join(folder, `${free(basename(file, extname(file)), taken)}-overlay.png`)
      await makeFolder(folder)
      await writeFileWhole(path, await overlayPng(film, heat))
      return path
    },
  }
}

function free(name: string, taken: Set<string>): string {
  let found = name
  for (let number = 2; taken.has(found); number++) found = `${name}-${number}`
  taken.add(found)
  return found
}
