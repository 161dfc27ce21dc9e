import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { float32, type Tensor } from '../../src/core/index.ts'
import { type Contract, decodeFilm, type Film, normalise, resizeFilm } from '../../src/imaging/index.ts'
import type { CalibrationFilms } from '../../src/models/index.ts'
import { sharedData } from '../../src/testing/needs.ts'

export interface NihFilms extends CalibrationFilms {
  /** A film as the contract wants it. */
  film(index: number): Film
}

/** The real NIH films beside the repository: Pneumonia (1) and No Finding (0), with their patients. @param most films */
export async function nihFilms(contract: Contract, most: number): Promise<NihFilms> {
  const folder = sharedData('nih-cxr14', 'images')
  const names = (await readdir(folder)).sort().slice(0, most)
  const packed = await readFile(sharedData('nih-cxr14', 'Data_Entry_2017_v2020.csv.gz'))
  const lines = gunzipSync(packed).toString().split('\n')
  const findings = new Map(lines.map(line => line.split(',', 2) as [string, string]))
  const films: Film[] = []
  for (const name of names) films.push(await resizeFilm(await decodeFilm(await readFile(join(folder, name))), contract))
  const { channels, size } = contract
  const each = channels * size * size
  return {
    count: names.length,
    labels: names.map(name => (findings.get(name)?.split('|').includes('Pneumonia') ? 1 : 0)),
    patients: names.map(name => name.slice(0, 8)),
    film: index => films[index]!,
    async images(indices): Promise<Tensor> {
      const values = new Float32Array(indices.length * each)
      for (const [i, index] of indices.entries()) normalise(films[index]!, contract, values, i * each)
      return float32([indices.length, channels, size, size], values)
    },
  }
}
