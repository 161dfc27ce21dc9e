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
  const { target, seed, each } = options
  const drawn: Sample[] = []
  let unreadable = 0
  for (const label of [1, 0] as const) {
    const candidates = rows.filter(row => row.labels[target] === label)
    const shuffled = random(seed, 'explore', label).shuffle(candidates)
    const found = await firstReadable(shuffled, label === 1, each, { ...options, unreadable })
    drawn.push(...found.drawn)
    unreadable = found.unreadable
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
  options: Pick<SampleOptions, 'seed' | 'films' | 'signal'>,
): Promise<{ readonly drawn: readonly FindingSample[]; readonly unreadable: number }> {
  const drawn: FindingSample[] = []
  let unreadable = 0
  for (const target of targets) {
    const taken = new Set(drawn.map(({ row }) => row))
    const candidates = rows.filter(({ row, labels }) => labels[target] === 1 && !taken.has(row))
    const shuffled = random(options.seed, 'explore', target).shuffle(candidates)
    const found = await firstReadable(shuffled, true, 1, { ...options, unreadable })
    drawn.push(...found.drawn.map(({ row, png }) => ({ target, row, png })))
    unreadable = found.unreadable
  }
  return { drawn, unreadable }
}

/** @param options with the films that could not be read so far, of which there is a limit */
async function firstReadable(
  rows: readonly FilmRow[],
  positive: boolean,
  count: number,
  options: Pick<SampleOptions, 'films' | 'signal'> & Pick<Samples, 'unreadable'>,
): Promise<Samples> {
  const drawn: Sample[] = []
  let { unreadable } = options
  for (const row of rows) {
    if (drawn.length === count || unreadable > 20) break
    options.signal?.throwIfAborted()
    const sample = await drawSample(row, positive, options.films)
    if (sample) drawn.push(sample)
    else unreadable++
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
