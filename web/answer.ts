/** What `POST /explain` answers, as far as the page shows it. */
export interface Answer {
  readonly findings: readonly Finding[]
  readonly model: string
  readonly requestId: string
  /** The film with its heat map, as a `data:` address; absent where the model gives none. */
  readonly overlay: string | undefined
  /** The finding that the heat map is of. */
  readonly explained: string
  /** Whether every finding has the same heat map, or none has one. */
  readonly oneHeat: boolean
  /** How the heat map was made and what to know of it, or why there is none. */
  readonly about: string
}

/** What the model says of one finding. */
export interface Finding {
  readonly label: string
  readonly probability: number
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | undefined
  readonly threshold: number
  readonly positive: boolean
  /** What a person must know of the numbers, such as why there is no interval. */
  readonly note: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** Checks what came from the server. */
export function readAnswer(json: unknown): Answer {
  const fields = recordOf(json)
  const { findings } = fields
  if (!Array.isArray(findings) || findings.length === 0) throw lacking('findings')
  const explanation = recordOf(fields['explanation'])
  return {
    findings: findings.map(readFinding),
    model: text(fields, 'model'),
    requestId: text(fields, 'requestId'),
    overlay: fields['overlay'] === undefined ? undefined : text(fields, 'overlay'),
    explained: text(explanation, 'finding'),
    oneHeat: ['attention-rollout', 'none'].includes(text(explanation, 'method')),
    about: text(explanation, 'about'),
  }
}

function readFinding(json: unknown): Finding {
  const fields = recordOf(json)
  return {
    label: text(fields, 'label'),
    probability: number(fields, 'probability'),
    interval: fields['interval'] === undefined ? undefined : readInterval(recordOf(fields['interval'])),
    threshold: number(fields, 'threshold'),
    positive: fields['positive'] === true,
    note: fields['note'] === undefined ? undefined : text(fields, 'note'),
  }
}

function readInterval(fields: Fields): NonNullable<Finding['interval']> {
  return { low: number(fields, 'low'), high: number(fields, 'high'), level: number(fields, 'level') }
}

/** The sentence of a problem, or undefined when the body is none. */
export function readProblem(json: unknown): string | undefined {
  const { error } = recordOf(json)
  return typeof error === 'string' ? error : undefined
}

export function recordOf(json: unknown): Fields {
  return typeof json === 'object' && json !== null ? { ...json } : {}
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw lacking(name)
  return value
}

function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw lacking(name)
  return value
}

function lacking(name: string): TypeError {
  return new TypeError(`The server's answer lacks "${name}"`)
}
