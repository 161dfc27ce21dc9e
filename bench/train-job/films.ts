import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { encodePng, phantomCohort } from '../../src/imaging/index.ts'

const size = 1024

/** So many phantoms as grey PNG files of 1024², as NIH has its films; drawn once, outside the repository. @returns their paths */
export async function drawnFilms(count: number): Promise<readonly string[]> {
  const folder = join(homedir(), '.cache', 'chestnut', 'bench', `phantoms-${size}`)
  await mkdir(folder, { recursive: true })
  const paths = Array.from({ length: count }, (_, i) => join(folder, `${String(i).padStart(4, '0')}.png`))
  if (paths.every(path => existsSync(path))) return paths
  console.error(`Drawing ${count} phantoms of ${size}² into ${folder}`)
  let drawn = 0
  for (const { film } of phantomCohort({ seed: 1, patients: count, size })) {
    const path = paths[drawn++]
    if (path === undefined) break
    if (existsSync(path)) continue
    await writeFile(`${path}.partial`, await encodePng(film, { bits: 8 }))
    await rename(`${path}.partial`, path)
  }
  return paths
}
