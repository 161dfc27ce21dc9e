import { decodeFilm, hottest, overlayPng } from '../imaging/index.ts'
import type { Answer, Explanation } from '../models/index.ts'
import { deadline, unlessAborted } from './deadline.ts'
import { filmOfRequest } from './film-of-request.ts'
import type { Gate } from './gate.ts'
import { HttpProblem } from './http-problem.ts'
import type { Limits, ServeTools } from './serve-tools.ts'

export interface FilmReading {
  readonly answers: readonly Answer[]
  readonly explanation?: ExplainedFilm
}

export interface ExplainedFilm extends Explanation {
  /** The finding that the heat map is of. */
  readonly finding: string
  /** The film with the heat map on it; undefined where the model gives none. */
  readonly png: Uint8Array | undefined
  /** The hottest place, in pixels of the film. */
  readonly hottest: { readonly x: number; readonly y: number } | undefined
  readonly film: { readonly width: number; readonly height: number }
}

export interface Room {
  readonly tools: ServeTools
  readonly limits: Limits
  readonly gate: Gate
}

/**
 * From a request to what the model says: its body, its turn, its film, its answer, each within limits.
 * @param explain the finding whose heat map is wanted
 */
export async function readFilm(request: Request, explain: string | undefined, room: Room): Promise<FilmReading> {
  const { tools, limits, gate } = room
  const place = gate.enter()
  let work: Promise<FilmReading> | undefined
  try {
    const bytes = await receive(request, room)
    using late = deadline(tools.clock, limits.answerWithin, tooLate, request.signal)
    await place.turn(late.signal)
    work = classify(bytes, explain, room, late.signal)
    return await unlessAborted(work, late.signal)
  } finally {
    // A run that has begun cannot be stopped: the next one's turn comes when it ends, not when its caller gives up.
    if (work) void work.then(place.leave, place.leave)
    else place.leave()
  }
}

async function receive(request: Request, { tools, limits }: Room): Promise<Uint8Array> {
  using late = deadline(tools.clock, limits.bodyWithin, tooSlow, request.signal)
  return await filmOfRequest(request, limits.film.bytes, late.signal)
}

async function classify(
  bytes: Uint8Array,
  explain: string | undefined,
  room: Room,
  signal: AbortSignal,
): Promise<FilmReading> {
  const film = await decodeFilm(bytes, room.limits.film)
  signal.throwIfAborted()
  const [reading] = await room.tools.classifier.classify([film], { explain: explain ?? false, signal })
  if (!reading) throw new Error('The model gave no reading')
  const { answers, heat } = reading
  if (explain === undefined) return { answers }
  const about = {
    ...room.tools.classifier.explanation(),
    finding: explain,
    film: { width: film.width, height: film.height },
  }
  if (!heat) return { answers, explanation: { ...about, png: undefined, hottest: undefined } }
  const { x, y } = hottest(heat, film)
  return { answers, explanation: { ...about, png: await overlayPng(film, heat), hottest: { x, y } } }
}

function tooLate(): HttpProblem {
  return new HttpProblem(504, 'Cannot answer in time: the server is busy, try again in a few seconds')
}

function tooSlow(): HttpProblem {
  return new HttpProblem(408, 'Cannot take the request: its body did not arrive in time')
}
