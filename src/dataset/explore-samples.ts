import { random } from '../core/index.ts'
import { BadFilm, encodePng, type Film, shrinkFilm } from '../imaging/index.ts'
import { histogram } from '../statistics/index.ts'
import type { SampleFacts } from './exploration.ts'
import type { FilmRow } from './film-row.ts'

export interface Sample extends SampleFacts {
  /** The film, small. */
  readonly png: Uint8Array
}

export interface Samples {
  readonly drawn: readonly Sample[]
  readonly unreadable: number
}

export interface SampleOptions {
  readonly target: string
  readonly seed: number
  /** Films of each class. */
  readonly each: number
  readonly films: (row: FilmRow) => Promise<Film>
  readonly signal?: AbortSignal
}

/** Longest side of a sample's picture, in pixels. */
const longest = 320

/** A few films of each class, drawn with a seed; a film that cannot be read is counted, and the next one is taken. */
export async function drawSamples(rows: readonly FilmRow[], options: SampleOptions): Promise<Samples> {
  const drawn: Sample[] = []
  let unreadable = 0
  for (const label of [1, 0] as const) {
    const candidates = rows.filter(row => row.labels[options.target] === label)
    let missing = options.each
    for (const row of random(options.seed, 'explore', label).shuffle(candidates)) {
      if (missing === 0 || unreadable > 20) break
      options.signal?.throwIfAborted()
      const sample = await drawSample(row, label === 1, options.films)
      if (sample) drawn.push(sample)
      else unreadable++
      missing -= sample ? 1 : 0
    }
  }
  return { drawn, unreadable }
}

/** A film that shows a finding. */
export interface FindingSample {
  readonly target: string
  readonly row: number
  /** The film, small. */
  readonly png: Uint8Array
}

/** One film of each finding, drawn with a seed; no film stands for two, and one that cannot be read is counted. */
export async function drawFindings(
  rows: readonly FilmRow[],
  targets: readonly string[],
  { seed, films, signal }: Pick<SampleOptions, 'seed' | 'films' | 'signal'>,
): Promise<{ readonly drawn: readonly FindingSample[]; readonly unreadable: number }> {
  const drawn: FindingSample[] = []
  let unreadable = 0
  for (const target of targets) {
    const taken = new Set(drawn.map(({ row }) => row))
    const candidates = rows.filter(({ row, labels }) => labels[target] === 1 && !taken.has(row))
    for (const row of random(seed, 'explore', target).shuffle(candidates)) {
      if (unreadable > 20) break
      signal?.throwIfAborted()
      const sample = await drawSample(row, true, films)
      if (sample) {
        drawn.push({ target, row: row.row, png: sample.png })
        break
      }
      unreadable++
    }
  }
  return { drawn, unreadable }
}

async function drawSample(
  row: FilmRow,
  positive: boolean,
  films: (row: FilmRow) => Promise<Film>,
): Promise<Sample | undefined> {
  try {
    const film = await films(row)
    const png = await encodePng(await shrinkFilm(film, longest), { bits: 8 })
    return { row: row.row, positive, intensity: intensityOf(film), png }
  } catch (error) {
    if (error instanceof BadFilm) return undefined
    throw error
  }
}

/** How often each grey level occurs, on the scale of the film's own mean and standard deviation, as a density. */
export function intensityOf({ pixels }: Film): SampleFacts['intensity'] {
  let sum = 0
  for (const value of pixels) sum += value
  const mean = sum / pixels.length
  let squares = 0
  for (const value of pixels) squares += (value - mean) ** 2
  const deviation = Math.sqrt(squares / pixels.length) || 1
  const bins = 48
  const { edges, counts } = histogram(
    Float64Array.from(pixels, value => (value - mean) / deviation),
    { bins, range: [-3, 3] },
  )
  return { edges, density: counts.map(count => count / pixels.length / (6 / bins)) }
}
