/** What `POST /explain` answers, as far as the page shows it. */
export interface Answer {
  readonly prediction: string
  readonly probability: number
  readonly threshold: number
  readonly model: string
  readonly requestId: string
  /** The film with its heat map, as a `data:` address; absent where the model gives none. */
  readonly overlay: string | undefined
  /** How the heat map was made and what to know of it, or why there is none. */
  readonly about: string
}

/** Checks what came from the server. */
export function readAnswer(json: unknown): Answer {
  const fields = recordOf(json)
  return {
    prediction: text(fields, 'prediction'),
    probability: number(fields, 'probability'),
    threshold: number(fields, 'threshold'),
    model: text(fields, 'model'),
    requestId: text(fields, 'requestId'),
    overlay: fields['overlay'] === undefined ? undefined : text(fields, 'overlay'),
    about: text(recordOf(fields['explanation']), 'about'),
  }
}

/** The sentence of a problem, or undefined when the body is none. */
export function readProblem(json: unknown): string | undefined {
  const { error } = recordOf(json)
  return typeof error === 'string' ? error : undefined
}

export function recordOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {}
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new TypeError(`The server's answer lacks "${name}"`)
  return value
}

function number(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new TypeError(`The server's answer lacks "${name}"`)
  return value
}
