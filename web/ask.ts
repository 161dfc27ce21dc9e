import { type Answer, readAnswer, readProblem, recordOf } from './answer.ts'

/** What went wrong, as a sentence for the person at the page. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Sends a film, without its name, and gives what the model says of it. @param finding whose heat map is wanted; default: the first */
export async function ask(film: Blob, signal: AbortSignal, finding?: string): Promise<Answer> {
  const form = new FormData()
  form.append('file', film, 'film')
  const response = await reach(finding === undefined ? 'explain' : `explain?finding=${encodeURIComponent(finding)}`, {
    method: 'POST',
    body: form,
    signal,
    headers: { accept: 'application/json' },
  })
  const body = await bodyOf(response)
  if (response.ok) return readAnswer(body)
  throw new Refused(readProblem(body) ?? `The server answered with status ${response.status}.`)
}

/** The name and version of the model that answers here. */
export async function modelName(): Promise<string> {
  const { model } = recordOf(await bodyOf(await reach('health/ready', {})))
  return typeof model === 'string' ? model : ''
}

async function reach(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, options)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new Refused('The server cannot be reached. Is it still running?', { cause })
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    throw new Refused(`The server's answer (status ${response.status}) cannot be read.`, { cause })
  }
}
