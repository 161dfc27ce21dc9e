import { Misuse } from '../core/index.ts'

export interface Reference {
  readonly name: string
  /** A number, an alias, or undefined for what is in production. */
  readonly wanted: number | string | undefined
}

/** Reads `name`, `name@3` or `name@production`. */
export function parseReference(text: string): Reference {
  const match = /^([a-z0-9][a-z0-9-]{0,62})(?:@(?:v?(\d{1,6})|([a-z][a-z0-9-]{0,62})))?$/.exec(text)
  if (!match) {
    throw new Misuse(
      `Cannot read the model reference "${text}": wanted a name of small letters, digits and hyphens, then "@" and a number or an alias if need be`,
      { next: 'chestnut predict --model pneumonia@production' },
    )
  }
  return { name: match[1]!, wanted: match[2] === undefined ? match[3] : Number(match[2]) }
}
